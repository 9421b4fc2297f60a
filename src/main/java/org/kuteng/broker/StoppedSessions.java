package org.kuteng.broker;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.security.auth.Subject;
import org.apache.qpid.server.connection.SessionPrincipal;
import org.apache.qpid.server.model.OverflowPolicy;
import org.apache.qpid.server.model.Queue;
import org.apache.qpid.server.queue.OverflowPolicyHandler;
import org.apache.qpid.server.queue.QueueEntry;
import org.apache.qpid.server.security.SubjectExecutionContext;
import org.apache.qpid.server.session.AMQPSession;

/**
 * Stops the sessions that send to a full queue of the embedded broker, and lets them go on when there is room, in place
 * of Qpid's own {@code PRODUCER_FLOW_CONTROL}. Qpid lets a session go and forgets it afterwards: if the queue was full
 * again in between, it forgets that it has stopped the session anew, which then stands still for ever. And it knows of no
 * limit for all queues together.
 *
 * <p>Here a session is stopped, then remembered, and then the queue is looked at; who makes room forgets a session before
 * letting it go. So whoever is stopped is remembered, or found that there is room. One that is let go once too often is
 * stopped by its next message.
 */
final class StoppedSessions implements OverflowPolicyHandler {
    private static final double FULL_PERCENT = 100;

    private final Queue<?> queue;
    private final SharedRoom shared;
    private final boolean stops;
    private final double resumePercent;
    private final Set<AMQPSession<?, ?>> stopped = ConcurrentHashMap.newKeySet();

    /** Whether it is this queue that was full, and not all together: then some more has to go before they go on. */
    private volatile boolean fullItself;

    /** What all queues were told of this one. */
    private final AtomicLong toldMessages = new AtomicLong();

    private final AtomicLong toldBytes = new AtomicLong();

    /** What Qpid made for a queue that does not stop its senders; null for one that does. */
    private final OverflowPolicyHandler qpids;

    private StoppedSessions(OverflowPolicyHandler qpids, Queue<?> queue, SharedRoom shared) {
        this.queue = queue;
        this.shared = shared;
        this.stops = queue.getOverflowPolicy() == OverflowPolicy.PRODUCER_FLOW_CONTROL;
        this.qpids = stops ? null : qpids;
        this.resumePercent = queue.getContextValue(Double.class, Queue.QUEUE_FLOW_RESUME_LIMIT);
        // what is in hand counts until its workers end, and nobody is to wait for that
        queue.addDeleteTask(deleted -> checkOverflow(null));
        tellDepth();
    }

    /** What is to be asked about each message that comes and goes, in place of what Qpid made for this queue. */
    static OverflowPolicyHandler insteadOf(OverflowPolicyHandler qpids, Queue<?> queue, SharedRoom shared) {
        return new StoppedSessions(qpids, queue, shared);
    }

    /** @param arrived the message that came; null if one went */
    @Override
    public void checkOverflow(QueueEntry arrived) {
        if (qpids != null) {
            qpids.checkOverflow(arrived);
        }
        tellDepth();
        if (stops && arrived != null && isFull() && !AlternateByName.hasMoved(arrived.getMessage())) {
            stopSender();
        }
        if (!stopped.isEmpty() && hasRoom()) {
            letGo();
        }
        shared.letGo();
    }

    private void tellDepth() {
        boolean gone = queue.isDeleted();
        long messages = gone ? 0 : queue.getQueueDepthMessages();
        long bytes = gone ? 0 : queue.getQueueDepthBytes();
        shared.add(messages - toldMessages.getAndSet(messages), bytes - toldBytes.getAndSet(bytes));
    }

    private void stopSender() {
        if (isAbove(FULL_PERCENT)) {
            fullItself = true;
        }
        Subject sender = SubjectExecutionContext.currentSubject();
        if (sender != null) {
            for (SessionPrincipal principal : sender.getPrincipals(SessionPrincipal.class)) {
                principal.getSession().block(queue);
                stopped.add(principal.getSession());
                shared.waits(this);
            }
        }
    }

    /** Lets all sessions go that it stopped. */
    void letGo() {
        fullItself = false;
        for (AMQPSession<?, ?> session : stopped) {
            if (stopped.remove(session)) {
                session.unblock(queue);
            }
        }
    }

    private boolean isFull() {
        return isAbove(FULL_PERCENT) || shared.isFullFor(queue.getQueueDepthMessages(), queue.getQueueDepthBytes());
    }

    /** Whether the sessions that it stopped may go on. */
    boolean hasRoom() {
        return queue.isDeleted()
                || !isAbove(fullItself ? resumePercent : FULL_PERCENT)
                        && shared.hasRoomAgainFor(queue.getQueueDepthMessages(), queue.getQueueDepthBytes());
    }

    private boolean isAbove(double percent) {
        return isAbove(queue.getQueueDepthMessages(), queue.getMaximumQueueDepthMessages(), percent)
                || isAbove(queue.getQueueDepthBytes(), queue.getMaximumQueueDepthBytes(), percent);
    }

    private static boolean isAbove(long depth, long maximum, double percent) {
        return maximum >= 0 && depth > Math.ceil(percent / FULL_PERCENT * maximum);
    }
}
