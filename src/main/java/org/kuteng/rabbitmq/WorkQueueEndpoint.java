package org.kuteng.rabbitmq;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Consumer;
import org.apache.camel.MultipleConsumersSupport;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.component.springrabbit.SpringRabbitMQEndpoint;
import org.kuteng.broker.QueueDefinition;
import org.kuteng.broker.QueueType;
import org.kuteng.broker.Queues;
import org.kuteng.broker.Topology;
import org.kuteng.work.FailureHandler;
import org.kuteng.work.WorkerConsumer;
import org.kuteng.work.WorkerOptions;
import org.springframework.amqp.core.AcknowledgeMode;
import org.springframework.amqp.rabbit.connection.ConnectionFactory;

/** An endpoint that several consumers may share: equal workers are the very point of a work queue. */
public class WorkQueueEndpoint extends SpringRabbitMQEndpoint implements MultipleConsumersSupport {

    /** Under which name among the arguments a route says what identifies a message. */
    private static final String ONCE_ARGUMENT = "once";

    /** Camel's way to write the default exchange, whose real name is empty, in a URI. */
    private static final String DEFAULT_EXCHANGE_OPTION = "default";

    WorkQueueEndpoint(String uri, WorkQueueComponent component, String exchangeName) {
        super(uri, component, exchangeName);
    }

    @Override
    public WorkQueueComponent getComponent() {
        return (WorkQueueComponent) super.getComponent();
    }

    @Override
    public boolean isMultipleConsumersSupported() {
        return true;
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        MessageMapping mapping = mapping();
        WorkerConsumer consumer =
                new WorkerConsumer(this, processor, getComponent().workers(), workerOptions(), mapping::read);
        configureConsumer(consumer);
        return consumer;
    }

    @Override
    public Producer createProducer() throws Exception {
        if (onceKey() != null) {
            throw new IllegalArgumentException("option '" + ARG_PREFIX + ONCE_ARGUMENT
                    + "' of spring-rabbitmq belongs to the 'from' of a worker: a step that sends has nothing to skip");
        }
        return new ConfirmingProducer(this);
    }

    private WorkerOptions workerOptions() {
        return new WorkerOptions(
                queueNames(),
                consumersOfAQueue(),
                getPrefetchCount(),
                getAcknowledgeMode(),
                isAsyncConsumer(),
                isSingleActiveConsumer(),
                isExclusive(),
                isNoLocal(),
                getConsumerArgs(),
                isAutoStartup(),
                isAutoDeclare(),
                consumerTopology(),
                onDemand(),
                onceKey());
    }

    /** Camel's own producer, for request and reply. */
    Producer createRequestReplyProducer() throws Exception {
        setConnectionFactory(getComponent().requestReplyConnections());
        return super.createProducer();
    }

    @Override
    public ConnectionFactory getConnectionFactory() {
        ConnectionFactory own = super.getConnectionFactory();
        return own != null ? own : getComponent().getConnectionFactory();
    }

    MessageMapping mapping() {
        WorkQueueSettings settings = getComponent().settings();
        boolean persistent = settings.queueType() != QueueType.TRANSIENT;
        return new MessageMapping(getComponent().getHeaderFilterStrategy(), persistent, settings.confirm());
    }

    /** What identifies a message, as {@code arg.once} of the route says; null: its message-id. */
    String onceKey() {
        Object key = getArgs() == null ? null : getArgs().get(ONCE_ARGUMENT);
        return key == null ? null : key.toString();
    }

    /** Whether the queue gives its messages to one consumer at a time; the route's own argument wins. */
    boolean isSingleActiveConsumer() {
        Object own = getQueueArgs().get(Queues.X_SINGLE_ACTIVE_CONSUMER);
        return own == null ? getComponent().settings().singleActiveConsumer() : Boolean.TRUE.equals(own);
    }

    /**
     * How many consumers of a worker each of its queues has. One, where one at a time gets the messages: more would only
     * wait, and the embedded broker stops handing them on when the connection of several ends.
     */
    int consumersOfAQueue() {
        return isSingleActiveConsumer() ? 1 : getConcurrentConsumers();
    }

    /** The real name of the exchange; empty for the default one. */
    String exchange() {
        return exchange(getExchangeName());
    }

    /** The real name of an exchange that a route wrote; empty for the default one. */
    static String exchange(String written) {
        return written == null || written.isEmpty() || written.equals(DEFAULT_EXCHANGE_OPTION)
                ? Topology.DEFAULT_EXCHANGE
                : written;
    }

    /** The names in {@code queues}, trimmed; empty if there are none. */
    List<String> queueNames() {
        return getQueues() == null
                ? List.of()
                : Arrays.stream(getQueues().split(","))
                        .map(String::trim)
                        .filter(name -> !name.isEmpty())
                        .toList();
    }

    /** What a consumer needs at the broker before it can receive. */
    Topology consumerTopology() {
        if (!isAutoDeclare()) {
            List<QueueDefinition> found =
                    queueNames().stream().map(QueueDefinition::ofOthers).toList();
            return new Topology(List.of(), found, List.of());
        }
        Topology work = topology(queueNames());
        if (!declaresFailureQueues()) {
            return work;
        }
        FailureHandler failures = getComponent().failureHandler();
        List<QueueDefinition> queues = new ArrayList<>(work.queues());
        for (String name : queueNames()) {
            queues.addAll(failures.queues(name, getComponent().settings().queueType()));
            failures.queuesOnDemand(name).stream()
                    .filter(queue -> work.leadsTo(queue.name()))
                    .forEach(queues::add);
        }
        return new Topology(work.exchanges(), queues, work.bindings());
    }

    /** What a consumer needs at the broker when work of one of its queues fails: one for each queue. */
    List<Topology> onDemand() {
        if (!declaresFailureQueues()) {
            return List.of();
        }
        List<QueueDefinition> declared = topology(queueNames()).queues();
        return queueNames().stream().map(name -> onDemand(name, declared)).toList();
    }

    /** With the work queue itself, which the retry queues lead to: the embedded broker wants it to be there. */
    private Topology onDemand(String name, List<QueueDefinition> declared) {
        List<QueueDefinition> queues = new ArrayList<>(declared);
        queues.removeIf(queue -> !queue.name().equals(name));
        queues.addAll(getComponent().failureHandler().queuesOnDemand(name));
        return new Topology(List.of(), queues, List.of());
    }

    private boolean declaresFailureQueues() {
        return isAutoDeclare()
                && getComponent().failureHandler() != null
                && getAcknowledgeMode() == AcknowledgeMode.AUTO;
    }

    /**
     * What a producer needs at the broker before it can send: on the default exchange the queue that the routing key
     * names, so that whoever comes first declares it; on another one only what {@code autoDeclareProducer} asks for.
     */
    Topology producerTopology() {
        boolean onDefault = exchange().equals(Topology.DEFAULT_EXCHANGE);
        List<String> queues = queueNames();
        if (onDefault && queues.isEmpty() && !getRoutingKey().isBlank()) {
            queues = List.of(getRoutingKey());
        }
        boolean declare = isAutoDeclare() && (onDefault || isAutoDeclareProducer());
        return declare ? topology(queues) : new Topology(List.of(), List.of(), List.of());
    }

    private Topology topology(List<String> names) {
        List<Topology.ExchangeDefinition> exchanges = new ArrayList<>();
        List<QueueDefinition> queues = new ArrayList<>();
        List<Topology.Binding> bindings = new ArrayList<>();
        Map<String, Object> queueArguments = new HashMap<>(getQueueArgs());
        if (isSingleActiveConsumer()) {
            queueArguments.put(Queues.X_SINGLE_ACTIVE_CONSUMER, true);
        }
        if (getDeadLetterExchange() != null) {
            deadLetter(exchanges, queues, bindings, queueArguments);
        }
        String exchange = exchange();
        boolean named = !exchange.equals(Topology.DEFAULT_EXCHANGE);
        if (named && !isSkipDeclareExchange()) {
            Map<String, Object> arguments = new HashMap<>(getExchangeArgs());
            boolean durable = !"false".equals(String.valueOf(arguments.remove("durable")));
            boolean autoDelete = "true".equals(String.valueOf(arguments.remove("autoDelete")));
            exchanges.add(new Topology.ExchangeDefinition(exchange, getExchangeType(), durable, autoDelete, arguments));
        }
        for (String name : names) {
            if (!isSkipDeclareQueue()) {
                queues.add(Queues.work(name, getComponent().settings().queueType(), queueArguments));
            }
            // every queue is bound to the default exchange by the broker itself
            if (named && !isSkipBindQueue()) {
                bindings.add(new Topology.Binding(name, exchange, getRoutingKey(), getBindingArgs()));
            }
        }
        return new Topology(exchanges, queues, bindings);
    }

    private void deadLetter(
            List<Topology.ExchangeDefinition> exchanges,
            List<QueueDefinition> queues,
            List<Topology.Binding> bindings,
            Map<String, Object> queueArguments) {
        String target = exchange(getDeadLetterExchange());
        queueArguments.put("x-dead-letter-exchange", target);
        if (getDeadLetterRoutingKey() != null) {
            queueArguments.put("x-dead-letter-routing-key", getDeadLetterRoutingKey());
        }
        boolean named = !target.equals(Topology.DEFAULT_EXCHANGE);
        if (named) {
            exchanges.add(new Topology.ExchangeDefinition(
                    target, getDeadLetterExchangeType(), true, false, getDlqExchangeArgs()));
        }
        if (getDeadLetterQueue() != null) {
            queues.add(Queues.work(getDeadLetterQueue(), QueueType.DURABLE, getDlqQueueArgs()));
            if (named) {
                String key = getDeadLetterRoutingKey() == null ? "" : getDeadLetterRoutingKey();
                bindings.add(new Topology.Binding(getDeadLetterQueue(), target, key, getDlqBindingArgs()));
            }
        }
    }
}
