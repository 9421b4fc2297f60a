package org.kuteng.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

class WorkerThreadsTest {
    private static final Runnable NOTHING = () -> {};

    @Test
    void aThreadOfTheSystemDoesNotKeepTheJvmAlive() {
        Thread thread = WorkerThreads.named("worker#1", false).newThread(NOTHING);

        assertEquals("worker#1", thread.getName());
        assertTrue(thread.isDaemon());
        assertFalse(thread.isAlive(), "started by who asks for it");
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void aVirtualThreadIsOneWithItsName() throws Exception {
        Thread thread = WorkerThreads.named("worker#1", true).newThread(NOTHING);

        assertEquals("worker#1", thread.getName());
        assertEquals(true, Thread.class.getMethod("isVirtual").invoke(thread));
        assertFalse(thread.isAlive(), "started by who asks for it");
    }

    @Test
    @EnabledForJreRange(max = JRE.JAVA_20)
    void anOldJavaHasNone() {
        IllegalStateException refused =
                assertThrows(IllegalStateException.class, () -> WorkerThreads.named("worker#1", true));

        assertEquals(
                "virtual threads need Java 21 or later, and this is Java " + System.getProperty("java.version"),
                refused.getMessage());
    }
}
