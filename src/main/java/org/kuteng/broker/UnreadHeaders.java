package org.kuteng.broker;

import org.apache.qpid.server.message.AbstractServerMessageImpl;
import org.apache.qpid.server.message.ServerMessage;
import org.apache.qpid.server.model.VirtualHost;
import org.apache.qpid.server.queue.AbstractQueue;
import org.apache.qpid.server.queue.OverflowPolicyHandler;
import org.apache.qpid.server.queue.QueueEntry;

/**
 * Keeps the embedded broker from judging headers. Qpid deletes, without a word, each message whose headers it cannot
 * read when it looks for expired messages: one with an empty table in it, with a text that is not UTF-8, with the same
 * name twice or with an empty one. Here, as at RabbitMQ, headers are for the receiver to read.
 */
final class UnreadHeaders {
    private static final QpidField STATUS = new QpidField(AbstractServerMessageImpl.class, "_validationStatus");

    /** Asked for each message that comes to a queue; of all that Qpid asks then, the one that can be replaced. */
    private static final QpidField ON_ARRIVAL = new QpidField(AbstractQueue.class, "_postEnqueueOverflowPolicyHandler");

    private UnreadHeaders() {}

    /** For all that is in the queues, and whatever comes to them, now and whenever a queue is declared. */
    static void useFor(VirtualHost<?> host, SharedRoom shared) {
        EachQueue.nowAndLater(host, queue -> useFor(queue, shared));
    }

    private static void useFor(AbstractQueue<?> queue, SharedRoom shared) {
        OverflowPolicyHandler overflow =
                StoppedSessions.insteadOf((OverflowPolicyHandler) ON_ARRIVAL.get(queue), queue, shared);
        OverflowPolicyHandler onArrival = entry -> {
            accept(entry);
            overflow.checkOverflow(entry);
        };
        ON_ARRIVAL.set(queue, onArrival);
        queue.getMessagesOnTheQueue().forEach(UnreadHeaders::accept);
    }

    private static void accept(QueueEntry entry) {
        if (entry != null && entry.getMessage() instanceof AbstractServerMessageImpl<?, ?> message) {
            STATUS.set(message, ServerMessage.ValidationStatus.VALID);
        }
    }
}
