package org.kuteng.bench;

import com.rabbitmq.client.Connection;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerKind;

/**
 * Where something was measured, without which no figure means anything.
 *
 * @param kuteng its version
 * @param broker product and version, as it says itself
 * @param where the broker is, without its password
 * @param quorumQueues whether the broker has them
 * @param jvmFlags those that the JVM was started with and that change how it works (-X…)
 * @param load average of the last minute when it began; negative: not known
 */
public record Environment(
        Instant when,
        String kuteng,
        String camel,
        String java,
        List<String> jvmFlags,
        String broker,
        String where,
        boolean quorumQueues,
        String system,
        int cores,
        long heapMebibytes,
        double load) {
    private static final int MEBI = 1024 * 1024;
    private static final int ABORT_MILLIS = 2_000;

    /**
     * Asks the broker and this JVM.
     *
     * @throws org.kuteng.broker.BrokerException if the broker cannot be reached or refuses
     */
    public static Environment of(Broker broker) {
        Connection connection = broker.open("kuteng bench", null);
        Map<String, Object> properties = connection.getServerProperties();
        connection.abort(ABORT_MILLIS);
        return new Environment(
                Instant.now().truncatedTo(ChronoUnit.SECONDS),
                version(Broker.class),
                version(CamelContext.class),
                System.getProperty("java.version"),
                ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                        .filter(flag -> flag.startsWith("-X"))
                        .toList(),
                properties.get("product") + " " + properties.get("version"),
                broker.describe(),
                BrokerKind.of(connection) == BrokerKind.RABBITMQ,
                System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors(),
                Runtime.getRuntime().maxMemory() / MEBI,
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    private static String version(Class<?> type) {
        String version = type.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** All of it in one line. */
    @Override
    public String toString() {
        return "kuteng %s, Camel %s, Java %s%s, %s, %d cores, heap %,d MB, load %.1f"
                .formatted(
                        kuteng,
                        camel,
                        java,
                        jvmFlags.isEmpty() ? "" : " (" + String.join(" ", jvmFlags) + ")",
                        broker,
                        cores,
                        heapMebibytes,
                        load);
    }
}
