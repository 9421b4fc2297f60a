package org.kuteng.broker;

import java.util.LinkedHashMap;
import java.util.Map;

/** Makes every queue of the project: its name and its arguments. */
public final class Queues {

    /** RabbitMQ's argument for the type of a queue. */
    public static final String X_QUEUE_TYPE = "x-queue-type";

    private static final String DURABLE = "durable";
    private static final String AUTO_DELETE = "autoDelete";
    private static final String EXCLUSIVE = "exclusive";

    private Queues() {}

    /**
     * A work queue.
     *
     * @param type what {@code kuteng.queue.type} says
     * @param arguments what a route adds with {@code arg.queue.*}: {@code durable}, {@code autoDelete},
     *     {@code exclusive} and RabbitMQ's own {@code x-} arguments; they win over the type
     */
    public static QueueDefinition work(String name, QueueType type, Map<String, Object> arguments) {
        Map<String, Object> rest = new LinkedHashMap<>(arguments);
        boolean durable = flag(rest, DURABLE, type != QueueType.TRANSIENT);
        boolean autoDelete = flag(rest, AUTO_DELETE, false);
        boolean exclusive = flag(rest, EXCLUSIVE, false);
        if (type == QueueType.QUORUM && durable && !autoDelete && !exclusive) {
            rest.putIfAbsent(X_QUEUE_TYPE, "quorum");
        }
        return new QueueDefinition(name, durable, exclusive, autoDelete, rest);
    }

    private static boolean flag(Map<String, Object> arguments, String name, boolean defaultValue) {
        Object value = arguments.remove(name);
        return value == null ? defaultValue : Boolean.parseBoolean(value.toString());
    }
}
