package org.kuteng.broker;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/**
 * What an endpoint needs at the broker before it can send or receive: exchanges, queues and bindings, declared in this
 * order.
 */
public record Topology(List<ExchangeDefinition> exchanges, List<QueueDefinition> queues, List<Binding> bindings) {

    /** The name under which AMQP 0-9-1 knows the exchange that routes by queue name. */
    public static final String DEFAULT_EXCHANGE = "";

    /** An exchange as it is declared. */
    public record ExchangeDefinition(
            String name, String type, boolean durable, boolean autoDelete, Map<String, Object> arguments) {}

    /** A binding of a queue to an exchange that is not the default one. */
    public record Binding(String queue, String exchange, String routingKey, Map<String, Object> arguments) {}

    public Topology {
        exchanges = List.copyOf(exchanges);
        queues = List.copyOf(queues);
        bindings = List.copyOf(bindings);
    }

    /** Whether there is nothing to declare. */
    public boolean isEmpty() {
        return exchanges.isEmpty() && queues.isEmpty() && bindings.isEmpty();
    }

    /** Whether the broker itself may move messages to this queue: it is bound, or an argument of a queue names it. */
    public boolean leadsTo(String queue) {
        return bindings.stream().anyMatch(binding -> binding.queue().equals(queue))
                || queues.stream()
                        .flatMap(each -> each.arguments().values().stream())
                        .anyMatch(value -> names(value, queue));
    }

    private static boolean names(Object argument, String queue) {
        // also an alternateBinding of Qpid's, which is JSON
        return argument instanceof CharSequence && argument.toString().contains(queue)
                || argument instanceof Map<?, ?> map && map.values().stream().anyMatch(value -> names(value, queue));
    }

    /**
     * Declares everything, on a channel of its own, since a refusal closes it. A queue that exists with other arguments is
     * used as it is where {@link QueueDefinition} says so, and a line in the log tells it.
     *
     * @return the names of the queues in order, with those that the broker made up
     * @throws BrokerException if the broker refuses, or the connection is lost meanwhile
     */
    public List<String> declare(Connection connection) {
        String doing = "open a channel";
        try (Declarer declarer = new Declarer(connection)) {
            Channel channel = declarer.channel();
            for (ExchangeDefinition exchange : exchanges) {
                doing = "declare exchange '" + exchange.name() + "'";
                channel.exchangeDeclare(
                        exchange.name(),
                        exchange.type(),
                        exchange.durable(),
                        exchange.autoDelete(),
                        exchange.arguments());
            }
            Map<String, String> names = new LinkedHashMap<>();
            for (QueueDefinition queue : queues) {
                boolean here = queue.origin() != QueueDefinition.Origin.OTHERS;
                doing = (here ? "declare queue '" : "find queue '") + queue.name() + "'";
                names.put(queue.name(), declarer.declare(queue));
            }
            for (Binding binding : bindings) {
                doing = "bind queue '" + binding.queue() + "' to exchange '" + binding.exchange() + "'";
                String queue = names.getOrDefault(binding.queue(), binding.queue());
                declarer.channel().queueBind(queue, binding.exchange(), binding.routingKey(), binding.arguments());
            }
            return new ArrayList<>(names.values());
        } catch (EmbeddedBrokerException e) {
            throw new BrokerException(BrokerException.Cure.CONFIGURATION, "cannot " + doing + ": " + e.getMessage(), e);
        } catch (IOException | TimeoutException | RuntimeException e) {
            throw BrokerFaults.ofRequest(doing, e);
        }
    }
}
