package org.kuteng.broker;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
 * again in between, it forgets that it has stopped the session anew, which then stands still for ever.
 *
 * <p>Here a session is stopped, then remembered, and then the queue is looked at; who makes room forgets a session before
 * letting it go. So whoever is stopped is remembered, or found that there is room. One that is let go once too often is
 * stopped by its next message.
 */
final class StoppedSessions implements OverflowPolicyHandler {
    private static final double FULL_PERCENT = 100;

    private final Queue<?> queue;
    private final double resumePercent;
    private final Set<AMQPSession<?, ?>> stopped = ConcurrentHashMap.newKeySet();

    private StoppedSessions(Queue<?> queue) {
        this.queue = queue;
        this.resumePercent = queue.getContextValue(Double.class, Queue.QUEUE_FLOW_RESUME_LIMIT);
    }

    /** What is to be asked about each message that comes and goes, in place of what Qpid made for this queue. */
    static OverflowPolicyHandler insteadOf(OverflowPolicyHandler qpids, Queue<?> queue) {
        return queue.getOverflowPolicy() == OverflowPolicy.PRODUCER_FLOW_CONTROL ? new StoppedSessions(queue) : qpids;
    }

    /** @param arrived the message that came; null if one went */
    @Override
    public void checkOverflow(QueueEntry arrived) {
        if (arrived != null && isAbove(FULL_PERCENT)) {
            stopSender();
        }
        if (!stopped.isEmpty() && !isAbove(resumePercent)) {
            for (AMQPSession<?, ?> session : stopped) {
                if (stopped.remove(session)) {
                    session.unblock(queue);
                }
            }
        }
    }

    /** Nobody sends what comes from a queue that it expired in. */
    private void stopSender() {
        Subject sender = SubjectExecutionContext.currentSubject();
        if (sender != null) {
            for (SessionPrincipal principal : sender.getPrincipals(SessionPrincipal.class)) {
                principal.getSession().block(queue);
                stopped.add(principal.getSession());
            }
        }
    }

    private boolean isAbove(double percent) {
        return isAbove(queue.getQueueDepthMessages(), queue.getMaximumQueueDepthMessages(), percent)
                || isAbove(queue.getQueueDepthBytes(), queue.getMaximumQueueDepthBytes(), percent);
    }

    private static boolean isAbove(long depth, long maximum, double percent) {
        return maximum >= 0 && depth > Math.ceil(percent / FULL_PERCENT * maximum);
    }
}
