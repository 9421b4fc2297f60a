package org.kuteng.broker;

import java.util.Map;
import java.util.WeakHashMap;
import org.apache.qpid.server.message.MessageInstanceConsumer;
import org.apache.qpid.server.model.VirtualHost;
import org.apache.qpid.server.queue.AbstractQueue;
import org.apache.qpid.server.queue.QueueConsumer;
import org.apache.qpid.server.queue.QueueEntry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wakes consumers of the embedded broker that Qpid forgets.
 *
 * <ul>
 *   <li>Of a queue with a single active consumer, those that wait for their turn are taken for interested: they wake each
 *       other for ever while the active one works, and the one whose turn it is is not told.
 *   <li>A message that is given back while another thread looks for the next one can be passed over by a consumer.
 * </ul>
 */
final class WokenConsumers {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.broker");

    /** How long a message may be ready without a consumer being told, twice this at the most. */
    static final long INTERVAL_MILLIS = 500;

    /** What was ready longest at the last look. */
    private final Map<AbstractQueue<?>, QueueEntry> readyBefore = new WeakHashMap<>();

    private final Map<AbstractQueue<?>, QueueAdvance> advances = new WeakHashMap<>();

    private final VirtualHost<?> host;

    WokenConsumers(VirtualHost<?> host) {
        this.host = host;
    }

    /** To be called from time to time, by one thread. */
    void look() {
        try {
            lookAtAll();
        } catch (Throwable e) {
            // a queue or a consumer that ends meanwhile; thrown on, nobody would look again
            LOG.debug("not looked at all consumers", e);
        }
    }

    private void lookAtAll() {
        EachQueue.now(host, queue -> {
            if (!queue.isDeleted() && queue.getConsumerCount() > 0) {
                queue.getConsumers().forEach(WokenConsumers::waitForTurn);
                wake(queue);
                advances.computeIfAbsent(queue, any -> new QueueAdvance()).look(queue);
            }
        });
    }

    /** One that is not active is not to be notified; Qpid itself makes it interested when its turn comes. */
    private static void waitForTurn(QueueConsumer<?, ?> consumer) {
        if (consumer.isNonLive()) {
            MessageInstanceConsumer<?> each = (MessageInstanceConsumer<?>) consumer;
            each.setNotifyWorkDesired(false);
            if (!consumer.isNonLive()) {
                // its turn came meanwhile
                each.setNotifyWorkDesired(true);
            }
        }
    }

    private void wake(AbstractQueue<?> queue) {
        QueueEntry ready = queue.getAvailableMessages() == 0 ? null : firstReady(queue);
        QueueEntry before = ready == null ? readyBefore.remove(queue) : readyBefore.put(queue, ready);
        if (ready != null && ready == before) {
            queue.requeue(ready);
            queue.getConsumers().stream()
                    .filter(QueueConsumer::isNotifyWorkDesired)
                    .forEach(QueueConsumer::notifyWork);
        }
    }

    private static QueueEntry firstReady(AbstractQueue<?> queue) {
        QueueEntry[] first = {null};
        queue.visit(entry -> {
            if (entry.isAvailable()) {
                first[0] = entry;
            }
            return first[0] != null;
        });
        return first[0];
    }
}
