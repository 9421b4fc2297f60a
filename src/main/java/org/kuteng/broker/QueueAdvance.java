package org.kuteng.broker;

import org.apache.qpid.server.model.VirtualHost;
import org.apache.qpid.server.queue.AbstractQueue;
import org.apache.qpid.server.virtualhost.HouseKeepingTask;

/**
 * Moves the consumers of a queue of the embedded broker past messages that are gone, which they would keep in memory.
 * Qpid does it four times a second for each queue, in a task of each queue, whether there was a message or not: that is
 * most of what an idle broker with hundreds of queues does. Here it is done by one task for all queues, and only for
 * those that had messages since the last time.
 */
final class QueueAdvance {
    private static final QpidField TASK = new QpidField(AbstractQueue.class, "_queueHouseKeepingTask");

    private long enqueued;
    private boolean busy = true;

    /** Ends the tasks of the queues, now and whenever a queue is declared. */
    static void endTasks(VirtualHost<?> host) {
        EachQueue.nowAndLater(host, queue -> task(queue).cancel());
    }

    private static HouseKeepingTask task(AbstractQueue<?> queue) {
        return (HouseKeepingTask) TASK.get(queue);
    }

    /** To be called from time to time for a queue that has consumers; one of these for each queue. */
    void look(AbstractQueue<?> queue) {
        boolean wasBusy = busy;
        long now = queue.getTotalEnqueuedMessages();
        busy = now != enqueued || queue.getQueueDepthMessages() > 0;
        enqueued = now;
        // once more after the last message has gone
        if (busy || wasBusy) {
            task(queue).run();
        }
    }
}
