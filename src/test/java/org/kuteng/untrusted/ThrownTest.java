package org.kuteng.untrusted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ThrownTest {
    /** Whatever it is asked, it throws. */
    private static final class HostileException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("not even this");
        }

        @Override
        public String toString() {
            throw new StackOverflowError();
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            throw new AssertionError();
        }

        @Override
        public synchronized Throwable getCause() {
            throw new IllegalStateException();
        }
    }

    private static final class SilentException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        SilentException(Throwable cause) {
            super(null, cause);
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            return new StackTraceElement[] {null};
        }
    }

    private static Exception circle() {
        Exception first = new Exception("first");
        Exception second = new Exception("second", first);
        first.initCause(second);
        return first;
    }

    @Test
    void anExceptionThatThrowsIsTold() {
        Throwable hostile = new HostileException();
        assertEquals(
                "HostileException: (its getMessage() threw java.lang.IllegalStateException)",
                Thrown.line(hostile, 200));
        assertEquals(List.of(hostile), Thrown.chain(hostile));
        assertEquals(0, Thrown.frames(hostile).length);
        assertEquals(0, Thrown.frames(new SilentException(null)).length);
    }

    @Test
    void causesThatLeadInACircleEnd() {
        Exception circle = circle();
        assertEquals(2, Thrown.chain(circle).size());
        assertEquals("Exception: first; caused by Exception: second", Thrown.line(circle, 200));
    }

    @Test
    void aLogIsGivenWhatItCanPrint() {
        Throwable harmless = new Exception("harmless", new Exception("too"));
        assertSame(harmless, Thrown.forLog(harmless));

        Throwable round = Thrown.forLog(circle());
        assertNull(round.getCause());
        assertTrue(round.toString().contains("Exception: first; caused by Exception: second"), round::toString);

        Throwable hostile = new Exception("outer", new HostileException());
        Throwable stand = Thrown.forLog(hostile);
        assertNotSame(hostile, stand);
        assertTrue(stand.toString().contains("Exception: outer; caused by HostileException"), stand::toString);
        assertTrue(stand.getStackTrace().length > 0);
    }

    @Test
    void aClassWithFramesOfItsOwnIsAskedForThem() {
        Throwable without = new Exception("no frames") {
            private static final long serialVersionUID = 1L;

            @Override
            public StackTraceElement[] getStackTrace() {
                return null;
            }
        };

        assertNotSame(without, Thrown.forLog(without));
        assertNotSame(without, Thrown.forLog(new Exception("outer", without)).getCause());
    }

    @Test
    void aLineIsOneLine() {
        assertEquals("Exception: a b c d", Thrown.line(new Exception("a  b\tc\n d"), 200));
        assertEquals("Exception: é 中", Thrown.line(new Exception(" é 中 "), 200));
    }

    @Test
    void theDeepestMessageThatSaysSomethingIsTold() {
        Throwable state = new SQLException("Table \"ORDERS\" not found", "42S02");
        assertEquals(
                "SilentException: SQLException: Table \"ORDERS\" not found (SQL state 42S02)",
                Thrown.line(new SilentException(state), 200));
        assertEquals(
                "RuntimeException: cannot order; caused by SQLException: Table \"ORDERS\" not found (SQL state 42S02)",
                Thrown.line(new RuntimeException("cannot order", new SilentException(state)), 200));
        assertEquals(
                "RuntimeException: java.lang.IllegalStateException: no",
                Thrown.line(new RuntimeException(new IllegalStateException("no")), 200),
                "what the outer one repeats is told once");
        assertEquals("SilentException", Thrown.line(new SilentException(new SilentException(null)), 200));
    }

    @Test
    void ofALongStoryTheRootIsKept() {
        String line = Thrown.line(new Exception("x".repeat(100_000), new Exception("the root")), 200);
        assertTrue(line.endsWith("; caused by Exception: the root"), line);
        assertTrue(Thrown.line(new Exception("x".repeat(100_000)), 200).length() < 250);
    }
}
