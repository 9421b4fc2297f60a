package org.kuteng.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** With a shell in the place of the program. */
class KutengProcessTest {
    private static final String RUNS_UNTIL_KILLED =
            "trap 'echo got TERM; exit 3' TERM; trap 'echo got INT; exit 4' INT;"
                    + " echo ready; while true; do sleep 0.05; done";

    private KutengProcess process;

    private KutengProcess shell(String script) throws IOException {
        process = new KutengProcess(List.of("stand-in"), new ProcessBuilder("sh", "-c", script).start());
        return process;
    }

    @AfterEach
    void end() {
        process.sigkill();
    }

    @Test
    void linesOfBothStreamsAreKeptWithTheirTime() throws IOException {
        shell("echo one; echo two >&2; exit 2");

        assertEquals(2, process.awaitExit());
        assertEquals(OutputLine.Source.OUT, process.awaitLine("^one$").source());
        assertEquals(OutputLine.Source.ERR, process.awaitLine("^t.o$").source());
        assertTrue(process.awaitLine("one").after().compareTo(Duration.ofSeconds(30)) < 0);
        assertEquals(2, process.lines().size());
    }

    @Test
    void aLineThatNeverComesShowsWhatCameInstead() throws IOException {
        shell("echo something else; exit 1");

        AssertionError error = assertThrows(AssertionError.class, () -> process.awaitLine("never"));
        assertTrue(error.getMessage().contains("something else"), error.getMessage());
        assertTrue(error.getMessage().contains("ended with 1"), error.getMessage());
    }

    @Test
    void sigtermSigintAndSigkillArrive() throws IOException {
        shell(RUNS_UNTIL_KILLED).awaitLine("ready");
        process.sigterm();
        process.awaitLine("got TERM");
        assertEquals(3, process.awaitExit());

        shell(RUNS_UNTIL_KILLED).awaitLine("ready");
        process.sigint();
        process.awaitLine("got INT");
        assertEquals(4, process.awaitExit());

        shell(RUNS_UNTIL_KILLED).awaitLine("ready");
        process.sigkill();
        assertEquals(128 + 9, process.awaitExit());
    }

    @Test
    void aProcessThatGoesOnIsAnErrorWithItsOutput() throws IOException {
        shell(RUNS_UNTIL_KILLED).awaitLine("ready");

        AssertionError error = assertThrows(AssertionError.class, () -> process.awaitExit(Duration.ofMillis(10)));
        assertTrue(error.getMessage().contains("still running"), error.getMessage());
    }
}
