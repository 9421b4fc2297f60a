package org.kuteng.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class KutengProcessIT {
    @RegisterExtension
    final KutengProcesses kuteng = new KutengProcesses();

    @Test
    void theProgramStartsAndItsEndIsSeen() {
        KutengProcess process = kuteng.command("--version").start();

        assertEquals(0, process.awaitExit(Duration.ofSeconds(20)));
        assertFalse(process.isAlive());
    }
}
