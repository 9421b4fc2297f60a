package org.kuteng.broker;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;

/** Declares queues on a channel of its own, which is opened again when a refusal has closed it. */
final class Declarer implements AutoCloseable {

    /** What a queue of kuteng's own may have otherwise: with the rest it would not do its work. */
    private static final Set<String> OTHERWISE_IN_OTHER_VERSIONS = Set.of(
            Queues.X_QUEUE_TYPE,
            Queues.X_DELIVERY_LIMIT,
            Queues.X_DEAD_LETTER_STRATEGY,
            Queues.X_OVERFLOW,
            "x-queue-leader-locator");

    /** RabbitMQ knows a type of this name as little as a queue that has it: nothing is ever made by asking for it. */
    private static final String NO_TYPE = "?";

    /** Each takes a channel; a queue has fewer arguments. */
    private static final int MAX_ATTEMPTS = 20;

    private final Connection connection;
    private final boolean embedded;
    private final QueueNotes notes;
    private Channel channel;

    Declarer(Connection connection) {
        this.connection = connection;
        this.embedded = BrokerKind.of(connection) == BrokerKind.QPID;
        this.notes = new QueueNotes(connection);
    }

    /** The one that is open now. */
    Channel channel() throws IOException {
        if (channel == null || !channel.isOpen()) {
            channel = connection.createChannel();
            if (channel == null) {
                throw new BrokerException(
                        BrokerException.Cure.CONFIGURATION,
                        "the broker allows no further channel on this connection",
                        null);
            }
        }
        return channel;
    }

    /**
     * Declares a queue, or finds the one that is there.
     *
     * @return its name, which the broker may have made up
     * @throws IOException if the broker refuses
     */
    String declare(QueueDefinition queue) throws IOException {
        if (queue.origin() == QueueDefinition.Origin.OTHERS) {
            channel().queueDeclarePassive(queue.name());
            inspect(queue);
            return queue.name();
        }
        if (embedded) {
            notes.withoutEffect(queue);
            return declare(queue, EmbeddedArguments.translate(queue.arguments()));
        }
        try {
            return declare(queue, queue.arguments());
        } catch (IOException refusal) {
            Difference first = Difference.in(refusal).orElseThrow(() -> refusal);
            return queue.origin() == QueueDefinition.Origin.KUTENG
                    ? useAsItIs(queue, first, refusal)
                    : useWithoutAdded(queue, first, refusal);
        }
    }

    private String declare(QueueDefinition queue, Map<String, Object> arguments) throws IOException {
        return channel()
                .queueDeclare(queue.name(), queue.durable(), queue.exclusive(), queue.autoDelete(), arguments)
                .getQueue();
    }

    /** What others declared without naming a type or a limit fits what a user asked for, who named none either. */
    private String useWithoutAdded(QueueDefinition queue, Difference first, IOException refusal) throws IOException {
        if (!queue.added().contains(first.argument())) {
            throw refusal;
        }
        Map<String, Object> asked = new HashMap<>(queue.arguments());
        asked.keySet().removeAll(queue.added());
        try {
            String name = declare(queue, asked);
            boolean quorum = Queues.QUORUM.equals(
                    first.argument().equals(Queues.X_QUEUE_TYPE) ? first.there() : asked.get(Queues.X_QUEUE_TYPE));
            notes.usedAsItIs(queue, List.of(first), quorum ? asked : Map.of(), quorum);
            return name;
        } catch (IOException e) {
            // the first difference is what the user has to know
            throw refusal;
        }
    }

    private String useAsItIs(QueueDefinition queue, Difference first, IOException refusal) throws IOException {
        Map<String, Object> arguments = new HashMap<>(queue.arguments());
        Map<String, Difference> differences = new LinkedHashMap<>();
        Difference next = first;
        IOException reason = refusal;
        while (OTHERWISE_IN_OTHER_VERSIONS.contains(next.argument()) && !differences.containsKey(next.argument())) {
            differences.put(next.argument(), next);
            next.takeOver(arguments);
            try {
                String name = declare(queue, arguments);
                boolean quorum = Queues.QUORUM.equals(arguments.get(Queues.X_QUEUE_TYPE));
                notes.usedAsItIs(queue, List.copyOf(differences.values()), arguments, quorum);
                return name;
            } catch (IOException e) {
                reason = e;
                next = Difference.in(e).orElseThrow(() -> e);
            }
        }
        throw reason;
    }

    /** Finds out type and delivery limit of a queue that others declared. */
    private void inspect(QueueDefinition queue) throws IOException {
        if (embedded || !notes.isNew(queue)) {
            return;
        }
        Map<String, Object> arguments = new HashMap<>();
        arguments.put(Queues.X_QUEUE_TYPE, NO_TYPE);
        Optional<Difference> type = ask(queue, Queues.X_QUEUE_TYPE, arguments);
        if (type.isEmpty() || !Queues.QUORUM.equals(type.get().there())) {
            return;
        }
        arguments.put(Queues.X_QUEUE_TYPE, Queues.QUORUM);
        arguments.put(Queues.X_DELIVERY_LIMIT, NO_TYPE);
        // no time to live either: if the queue is deleted meanwhile, none is made
        arguments.put(Queues.X_MESSAGE_TTL, NO_TYPE);
        ask(queue, Queues.X_DELIVERY_LIMIT, arguments).ifPresent(limit -> notes.declaredByOthers(queue, limit));
    }

    /**
     * Declares a queue with a value that no queue has, and takes from each refusal what it tells, until it tells the
     * argument that is asked for.
     *
     * @return empty if the broker does not tell
     */
    private Optional<Difference> ask(QueueDefinition queue, String argument, Map<String, Object> arguments)
            throws IOException {
        Map<String, Boolean> flags = new HashMap<>(Map.of("durable", true, "exclusive", false, "auto_delete", false));
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            Channel asking = channel();
            try {
                asking.queueDeclare(
                        queue.name(),
                        flags.get("durable"),
                        flags.get("exclusive"),
                        flags.get("auto_delete"),
                        arguments);
                return Optional.empty();
            } catch (IOException e) {
                if (!connection.isOpen()) {
                    throw e;
                }
                Optional<Difference> told = Difference.in(e);
                if (told.isEmpty() || told.get().argument().equals(argument)) {
                    return told;
                }
                Difference difference = told.get();
                if (difference.there() instanceof Boolean flag && flags.containsKey(difference.argument())) {
                    flags.put(difference.argument(), flag);
                } else {
                    difference.takeOver(arguments);
                }
            }
        }
        return Optional.empty();
    }

    @Override
    public void close() throws IOException, TimeoutException {
        if (channel != null && channel.isOpen()) {
            channel.close();
        }
    }
}
