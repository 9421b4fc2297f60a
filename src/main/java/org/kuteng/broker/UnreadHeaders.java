package org.kuteng.broker;

import java.lang.reflect.Field;
import org.apache.qpid.server.message.AbstractServerMessageImpl;
import org.apache.qpid.server.message.ServerMessage;
import org.apache.qpid.server.model.AbstractConfigurationChangeListener;
import org.apache.qpid.server.model.ConfiguredObject;
import org.apache.qpid.server.model.Queue;
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
    private static final Field STATUS = field(AbstractServerMessageImpl.class, "_validationStatus");

    /** Asked for each message that comes to a queue; of all that Qpid asks then, the one that can be replaced. */
    private static final Field ON_ARRIVAL = field(AbstractQueue.class, "_postEnqueueOverflowPolicyHandler");

    private UnreadHeaders() {}

    /** For all that is in the queues, and whatever comes to them, now and whenever a queue is declared. */
    static void useFor(VirtualHost<?> host, SharedRoom shared) {
        host.addChangeListener(new AbstractConfigurationChangeListener() {
            @Override
            public void childAdded(ConfiguredObject<?> parent, ConfiguredObject<?> child) {
                if (child instanceof AbstractQueue<?> queue) {
                    useFor(queue, shared);
                }
            }
        });
        for (Object queue : host.getChildren(Queue.class)) {
            if (queue instanceof AbstractQueue<?> recovered) {
                useFor(recovered, shared);
            }
        }
    }

    private static void useFor(AbstractQueue<?> queue, SharedRoom shared) {
        OverflowPolicyHandler overflow =
                StoppedSessions.insteadOf((OverflowPolicyHandler) get(ON_ARRIVAL, queue), queue, shared);
        OverflowPolicyHandler onArrival = entry -> {
            accept(entry);
            overflow.checkOverflow(entry);
        };
        set(ON_ARRIVAL, queue, onArrival);
        queue.getMessagesOnTheQueue().forEach(UnreadHeaders::accept);
    }

    private static void accept(QueueEntry entry) {
        if (entry != null && entry.getMessage() instanceof AbstractServerMessageImpl<?, ?> message) {
            set(STATUS, message, ServerMessage.ValidationStatus.VALID);
        }
    }

    private static Field field(Class<?> declaring, String name) {
        try {
            Field field = declaring.getDeclaredField(name);
            field.setAccessible(true);
            return field;
        } catch (ReflectiveOperationException e) {
            throw otherQpid(e);
        }
    }

    private static Object get(Field field, Object of) {
        try {
            return field.get(of);
        } catch (IllegalAccessException e) {
            throw otherQpid(e);
        }
    }

    private static void set(Field field, Object of, Object value) {
        try {
            field.set(of, value);
        } catch (IllegalAccessException e) {
            throw otherQpid(e);
        }
    }

    private static IllegalStateException otherQpid(ReflectiveOperationException e) {
        return new IllegalStateException("this is not the Qpid that kuteng was made for: " + e, e);
    }
}
