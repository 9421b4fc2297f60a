package org.kuteng.broker;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A queue as it is declared. Everyone who declares it has to use the same values, else RabbitMQ answers 406.
 *
 * @param name its name; empty: the broker makes one up
 * @param durable whether it survives a restart of the broker
 * @param exclusive whether only the declaring connection may use it
 * @param autoDelete whether it ends with its last consumer
 * @param arguments in RabbitMQ's terms ({@code x-queue-type} …), whichever broker it is declared at
 * @param added names of arguments that nobody asked for: where the queue exists without them, it is used so
 * @param origin whose queue it is, which decides what becomes of a queue that exists with other arguments
 */
public record QueueDefinition(
        String name,
        boolean durable,
        boolean exclusive,
        boolean autoDelete,
        Map<String, Object> arguments,
        Set<String> added,
        Origin origin) {

    /** Whose queue it is. */
    public enum Origin {
        /** Described by a route or by a setting. Other arguments are an error, but for those that were added. */
        USER,
        /**
         * kuteng's own, for messages that failed. One that exists with another type or delivery limit was declared by
         * another version of kuteng, and is used as it is.
         */
        KUTENG,
        /** Declared by somebody else. It is used as it is, and never declared. */
        OTHERS
    }

    public QueueDefinition {
        arguments = Map.copyOf(new LinkedHashMap<>(arguments));
        added = Set.copyOf(added);
    }

    /** A queue of a user, whose arguments are all asked for. */
    public QueueDefinition(
            String name, boolean durable, boolean exclusive, boolean autoDelete, Map<String, Object> arguments) {
        this(name, durable, exclusive, autoDelete, arguments, Set.of(), Origin.USER);
    }

    /** A queue that others declare: it has to be there already. */
    public static QueueDefinition ofOthers(String name) {
        return new QueueDefinition(name, true, false, false, Map.of(), Set.of(), Origin.OTHERS);
    }

    /** The same queue, as one of kuteng's own. */
    QueueDefinition ofKuteng() {
        return new QueueDefinition(name, durable, exclusive, autoDelete, arguments, added, Origin.KUTENG);
    }
}
