package org.kuteng.broker;

import com.rabbitmq.client.Connection;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The broker that a connection leads to, as it describes itself when the connection is opened.
 *
 * @param version as the broker writes it, such as {@code 4.3.6}; empty if it does not say
 * @param major 0 if the version is not known
 * @param minor 0 if the version is not known
 */
public record Server(BrokerKind kind, String version, int major, int minor) {
    private static final Pattern VERSION = Pattern.compile("(\\d{1,6})\\.(\\d{1,6}).*");

    public static Server of(Connection connection) {
        Map<String, Object> properties = connection.getServerProperties();
        Object version = properties == null ? null : properties.get("version");
        return of(BrokerKind.of(connection), version == null ? "" : version.toString());
    }

    static Server of(BrokerKind kind, String version) {
        Matcher numbers = VERSION.matcher(version);
        return numbers.matches()
                ? new Server(kind, version, Integer.parseInt(numbers.group(1)), Integer.parseInt(numbers.group(2)))
                : new Server(kind, version, 0, 0);
    }

    /** Whether its version is this one or a later one; false if it is not known. */
    public boolean isAtLeast(int wantedMajor, int wantedMinor) {
        return major > wantedMajor || major == wantedMajor && minor >= wantedMinor;
    }

    /** Whether it is RabbitMQ of this version or a later one; false for any other broker. */
    public boolean isRabbitMQ(int leastMajor, int leastMinor) {
        return kind == BrokerKind.RABBITMQ && isAtLeast(leastMajor, leastMinor);
    }

    @Override
    public String toString() {
        return (kind + " " + version).trim();
    }
}
