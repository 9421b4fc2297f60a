package org.kuteng.broker;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A queue as it is declared. Everyone who declares it has to use the same values, else RabbitMQ answers 406.
 *
 * @param name its name; empty: the broker makes one up
 * @param durable whether it survives a restart of the broker
 * @param exclusive whether only the declaring connection may use it
 * @param autoDelete whether it ends with its last consumer
 * @param arguments in RabbitMQ's terms ({@code x-queue-type} …), whichever broker it is declared at
 */
public record QueueDefinition(
        String name, boolean durable, boolean exclusive, boolean autoDelete, Map<String, Object> arguments) {
    public QueueDefinition {
        arguments = Map.copyOf(new LinkedHashMap<>(arguments));
    }
}
