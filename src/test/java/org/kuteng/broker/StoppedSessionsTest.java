package org.kuteng.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.Set;
import javax.security.auth.Subject;
import org.apache.qpid.server.connection.SessionPrincipal;
import org.apache.qpid.server.model.OverflowPolicy;
import org.apache.qpid.server.model.Queue;
import org.apache.qpid.server.queue.OverflowPolicyHandler;
import org.apache.qpid.server.queue.QueueEntry;
import org.apache.qpid.server.security.SubjectExecutionContext;
import org.apache.qpid.server.session.AMQPSession;
import org.junit.jupiter.api.Test;

class StoppedSessionsTest {
    private static final int ROOM = 10;
    private static final int RESUME = 8;
    private static final int ALL = 50;
    private static final QueueEntry ARRIVED = proxy(QueueEntry.class, (self, method, arguments) -> null);
    private static final QueueEntry WENT = null;

    private int asked;
    private OverflowPolicy policy = OverflowPolicy.PRODUCER_FLOW_CONTROL;
    private final AMQPSession<?, ?> session =
            proxy(AMQPSession.class, (self, method, arguments) -> onSession(self, method.getName(), arguments));
    private final Queue<?> queue = proxy(Queue.class, (self, method, arguments) -> onQueue(method.getName()));
    private final SharedRoom shared = new SharedRoom(new SharedRoom.Room(ALL, 1), new SharedRoom.Room(RESUME, 1));
    private final OverflowPolicyHandler sessions = StoppedSessions.insteadOf(entry -> asked++, queue, shared);
    private int depth;
    private boolean deleted;
    private boolean stopped;
    private Runnable whileLetGo = () -> {};

    @Test
    void whoSendsToAFullQueueIsStoppedUntilThereIsRoom() {
        look(ROOM, ARRIVED);
        assertFalse(stopped);
        look(ROOM + 1, ARRIVED);
        assertTrue(stopped);
        look(RESUME + 1, WENT);
        assertTrue(stopped);
        look(RESUME, WENT);
        assertFalse(stopped);
    }

    @Test
    void whoTakesFromAFullQueueIsNotStopped() {
        look(ROOM + 1, WENT);

        assertFalse(stopped);
    }

    /** Between the moment when it is let go and the next line of code the client may have filled the queue again. */
    @Test
    void whoIsStoppedAgainWhileItIsLetGoIsNotForgotten() {
        look(ROOM + 1, ARRIVED);
        whileLetGo = () -> {
            whileLetGo = () -> {};
            look(ROOM + 1, ARRIVED);
        };

        look(RESUME, WENT);
        assertTrue(stopped);
        look(RESUME, WENT);

        assertFalse(stopped);
    }

    @Test
    void aQueueWithAnotherPolicyKeepsWhatQpidMade() {
        policy = OverflowPolicy.RING;
        OverflowPolicyHandler ring = StoppedSessions.insteadOf(entry -> asked++, queue, shared);

        look(ring, ROOM + 1, ARRIVED);

        assertEquals(1, asked);
        assertFalse(stopped);
    }

    @Test
    void whatAllQueuesHoldStopsWhoSendsToOneThatHasItsShare() {
        shared.add(ALL, 0);
        look(RESUME, ARRIVED);
        assertFalse(stopped);
        look(RESUME + 1, ARRIVED);
        assertTrue(stopped);
    }

    /** The room may come from another queue, of which this one hears nothing. */
    @Test
    void whoIsStoppedForTheSakeOfAllGoesOnWhenThereIsRoomInAll() {
        shared.add(ALL, 0);
        look(RESUME + 1, ARRIVED);
        assertTrue(stopped);

        shared.add(-ALL, 0);
        shared.letGo();

        assertFalse(stopped);
    }

    @Test
    void whoWaitsForAQueueThatIsDeletedGoesOn() {
        look(ROOM + 1, ARRIVED);
        assertTrue(stopped);
        deleted = true;

        look(ROOM + 1, WENT);

        assertFalse(stopped);
    }

    private void look(int depthNow, QueueEntry entry) {
        look(sessions, depthNow, entry);
    }

    private void look(OverflowPolicyHandler handler, int depthNow, QueueEntry entry) {
        depth = depthNow;
        Subject sender = new Subject(true, Set.of(new SessionPrincipal(session)), Set.of(), Set.of());
        SubjectExecutionContext.withSubject(sender, () -> handler.checkOverflow(entry));
    }

    private Object onQueue(String method) {
        return switch (method) {
            case "getOverflowPolicy" -> policy;
            case "isDeleted" -> deleted;
            case "addDeleteTask" -> null;
            case "getContextValue" -> 100.0 * RESUME / ROOM;
            case "getQueueDepthMessages" -> depth;
            case "getMaximumQueueDepthMessages" -> (long) ROOM;
            case "getQueueDepthBytes" -> 0L;
            case "getMaximumQueueDepthBytes" -> -1L;
            default -> throw new UnsupportedOperationException(method);
        };
    }

    private Object onSession(Object self, String method, Object... arguments) {
        switch (method) {
            case "block" -> stopped = true;
            case "unblock" -> {
                stopped = false;
                whileLetGo.run();
            }
            case "hashCode" -> {
                return System.identityHashCode(self);
            }
            case "equals" -> {
                return self == arguments[0];
            }
            default -> throw new UnsupportedOperationException(method);
        }
        return null;
    }

    @SuppressWarnings("unchecked")
    private static <T> T proxy(Class<? super T> type, InvocationHandler handler) {
        return (T) Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler);
    }
}
