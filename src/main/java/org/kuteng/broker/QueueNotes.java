package org.kuteng.broker;

import com.rabbitmq.client.Connection;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** What a user has to know about queues that are otherwise than declared; each line once in the life of a process. */
final class QueueNotes {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.broker");

    /** The first version of RabbitMQ in which a quorum queue without a limit of its own has one. */
    private static final int FIRST_WITH_A_DEFAULT_LIMIT = 4;

    private static final int DEFAULT_LIMIT = 20;

    /** So many are remembered; what comes later is told each time. */
    private static final int MAX_TOLD = 10_000;

    private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

    private final Connection connection;

    QueueNotes(Connection connection) {
        this.connection = connection;
    }

    /** Whether nothing has been asked about a queue of others yet; true once for each. */
    boolean isNew(QueueDefinition queue) {
        return isNew("asked about " + where() + " " + queue.name());
    }

    /**
     * A queue exists with other arguments and is used all the same.
     *
     * @param arguments what it has
     */
    void usedAsItIs(
            QueueDefinition queue, List<Difference> differences, Map<String, Object> arguments, boolean quorum) {
        String who = queue.origin() == QueueDefinition.Origin.KUTENG
                ? "as another version of kuteng declared it"
                : "as others declared it";
        String how = differences.stream().map(Difference::toString).collect(Collectors.joining(", "));
        String virtualHost = differences.get(0).virtualHost();
        String danger = quorum ? danger(queue.name(), virtualHost, arguments.get(Queues.X_DELIVERY_LIMIT)) : "";
        tell(
                danger.isEmpty() ? Level.INFO : Level.WARN,
                "queue '" + queue.name() + "' at " + where() + " is used " + who + " (" + how + ")" + danger);
    }

    /** A quorum queue that kuteng did not declare. */
    void declaredByOthers(QueueDefinition queue, Difference limit) {
        String danger = danger(queue.name(), limit.virtualHost(), limit.there());
        if (!danger.isEmpty()) {
            tell(Level.WARN, "queue '" + queue.name() + "' at " + where() + " was declared by others" + danger);
        }
    }

    /** Arguments that the embedded broker does not have. */
    void withoutEffect(QueueDefinition queue) {
        Collection<String> names = EmbeddedArguments.withoutEffect(queue.arguments());
        if (!names.isEmpty()) {
            tell(
                    Level.WARN,
                    "queue '" + queue.name() + "': the embedded broker does not have " + String.join(", ", names)
                            + (names.size() == 1 ? "; it has" : "; they have") + " no effect here");
        }
    }

    /** The end of a sentence; empty if the broker drops nothing. */
    private String danger(String queue, String virtualHost, Object limit) {
        long returns = limit instanceof Number number ? number.longValue() : defaultLimit();
        if (returns < 0 || returns >= Queues.NO_DELIVERY_LIMIT) {
            return "";
        }
        String what =
                ": RabbitMQ drops a message that was returned to it " + returns + " times, clean stops among them";
        return limit instanceof Number
                ? what + " (x-delivery-limit); declare it with " + Queues.X_DELIVERY_LIMIT + "="
                        + Queues.NO_DELIVERY_LIMIT
                : what + ", unless a policy says otherwise; to set one: rabbitmqctl set_policy -p " + virtualHost
                        + " delivery-limit-" + queue + " '^" + queue.replace(".", "\\.") + "$' '{\"delivery-limit\":"
                        + Queues.NO_DELIVERY_LIMIT + "}' --apply-to queues";
    }

    private long defaultLimit() {
        return majorVersion() >= FIRST_WITH_A_DEFAULT_LIMIT ? DEFAULT_LIMIT : Long.MAX_VALUE;
    }

    /** Of the broker; the newest if it does not say. */
    private int majorVersion() {
        String version = String.valueOf(connection.getServerProperties().get("version"));
        String major = version.replaceFirst("\\D.*", "");
        return major.isEmpty() ? Integer.MAX_VALUE : Integer.parseInt(major);
    }

    private String where() {
        return connection.getAddress().getHostAddress() + ":" + connection.getPort();
    }

    private static void tell(Level level, String line) {
        if (isNew(line)) {
            LOG.atLevel(level).log(line);
        }
    }

    private static boolean isNew(String line) {
        return TOLD.size() >= MAX_TOLD || TOLD.add(line);
    }
}
