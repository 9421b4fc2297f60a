package org.kuteng.broker;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import javax.security.auth.Subject;
import org.apache.qpid.server.model.State;
import org.apache.qpid.server.model.VirtualHost;
import org.apache.qpid.server.queue.AbstractQueue;
import org.apache.qpid.server.virtualhost.AbstractVirtualHost;
import org.apache.qpid.server.virtualhost.HouseKeepingTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the embedded broker does from time to time: it looks for messages whose time is over, and whether its disk is full.
 * Qpid begins with it while it still starts, and its first look deletes what {@link UnreadHeaders} is there to keep. So
 * Qpid is told {@link #NOT_YET}, and it begins here, once the queues are as they shall be.
 */
final class HouseKeeping {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.broker");

    /**
     * How often messages whose time is over are looked for: how late a retry can be. A look costs 5 ms of one core for
     * each 100,000 messages that wait.
     */
    static final long INTERVAL_MILLIS = 250;

    /** A year: Qpid's first look comes after half of it. It does not take "never" for an answer. */
    static final long NOT_YET = 365L * 24 * 60 * 60 * 1000;

    private static final QpidField INTERVAL = new QpidField(AbstractVirtualHost.class, "_housekeepingCheckPeriod");
    private static final QpidField TASKS = new QpidField(AbstractVirtualHost.class, "_houseKeepingTaskExecutor");
    private static final QpidField DISK = new QpidField(AbstractVirtualHost.class, "_fileSystemSpaceChecker");

    private HouseKeeping() {}

    /** Begins; to be called once, before any client is let in. */
    static void begin(AbstractVirtualHost<?> host, Subject subject) {
        INTERVAL.set(host, INTERVAL_MILLIS);
        // cancelled tasks hold on to what they were for until their time comes
        ScheduledThreadPoolExecutor tasks = (ScheduledThreadPoolExecutor) TASKS.get(host);
        tasks.setRemoveOnCancelPolicy(true);
        if (host.getMessageStore().getStoreLocationAsFile() != null) {
            HouseKeepingTask disk = (HouseKeepingTask) DISK.get(host);
            disk.cancel();
            host.scheduleHouseKeepingTask(INTERVAL_MILLIS, disk);
        }
        host.scheduleHouseKeepingTask(INTERVAL_MILLIS, new Expiry(host, subject));
    }

    private static final class Expiry extends HouseKeepingTask {
        private final VirtualHost<?> host;

        Expiry(VirtualHost<?> host, Subject subject) {
            super("Expiry[" + host.getName() + "]", host, subject);
            this.host = host;
        }

        @Override
        public void execute() {
            EachQueue.now(host, Expiry::look);
        }

        /** What one queue throws must not keep retries in all the others for good. */
        private static void look(AbstractQueue<?> queue) {
            if (queue.getState() != State.ACTIVE) {
                return;
            }
            try {
                queue.checkMessageStatus();
            } catch (RuntimeException e) {
                LOG.warn("queue '{}': not looked through for messages whose time is over", queue.getName(), e);
            }
        }
    }
}
