package org.kuteng.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.io.IOException;
import java.time.LocalDateTime;
import java.time.ZoneId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConsoleLayoutTest {
    private static final String TIME = "12:34:56.789 ";

    private final ConsoleLayout layout = new ConsoleLayout();

    @AfterEach
    void quiet() {
        ConsoleLayout.setVerbose(false);
    }

    @ParameterizedTest
    @CsvSource({
        "consumer-1, 'consumer-1   '",
        "a-route-with-a-long-id, 'a-route-with-a-long-id '",
        "orders.Europe, 'Europe       '",
        "kuteng, 'kuteng       '",
        "kuteng.publisher, 'publisher    '",
        "org.apache.camel.impl.engine.AbstractCamelContext, AbstractCamelContext ",
        "orders.europe, 'orders.europe '",
    })
    void whoSpeaksIsARouteByItsIdAndALibraryByItsClass(String logger, String name) {
        assertEquals(
                TIME + name.stripTrailing(), line(logger, Level.INFO, "", null).stripTrailing());
        assertTrue(line(logger, Level.INFO, "Hello", null).startsWith(TIME + name));
    }

    @ParameterizedTest
    @CsvSource({"INFO, Hello", "WARN, WARN Hello", "ERROR, ERROR Hello", "DEBUG, DEBUG Hello"})
    void onlyWhatIsNoPlainInformationSaysItsLevel(String level, String text) {
        assertEquals(
                TIME + "consumer-1   " + text + System.lineSeparator(),
                line("consumer-1", Level.toLevel(level), "Hello", null));
    }

    @Test
    void aPasswordIsNeverShown() {
        ConsoleLayout.setVerbose(true);
        IOException failure = new IOException("no amqp://joe:secret@host/v");

        String line = line("kuteng", Level.INFO, "to amqp://joe:secret@host:5672/v", failure);

        assertTrue(line.contains("to amqp://joe:***@host:5672/v"), line);
        assertFalse(line.contains("secret"), line);
    }

    @Test
    void aStackTraceIsShownOnlyWhenItIsAskedFor() {
        IOException failure = new IOException("why");
        assertFalse(line("kuteng", Level.ERROR, "failed", failure).contains("IOException"));

        ConsoleLayout.setVerbose(true);

        String line = line("kuteng", Level.ERROR, "failed", failure);
        assertTrue(line.contains("java.io.IOException: why"), line);
        assertTrue(line.contains("at " + ConsoleLayoutTest.class.getName()), line);
    }

    @Test
    void nobodyWritesALineOfTheirOwn() {
        String forged = "body\r\n12:00:00.000 kuteng       all is well\u2028\u0085\u001b[2J\u009b31m\u202e";

        assertEquals(
                TIME
                        + "worker       got body\\r\\n12:00:00.000 kuteng       all is well"
                        + "\\u2028\\x85\\x1b[2J\\x9b31m\\u202e" + System.lineSeparator(),
                line("worker", Level.INFO, "got " + forged, null));
    }

    @Test
    void aStackTraceHasALineForEachFrameAndForNothingElse() {
        ConsoleLayout.setVerbose(true);
        IOException root = new IOException("root\n\tat org.acme.Forged.run(Forged.java:1)");
        IllegalStateException failure = new IllegalStateException("\u001b[31mred\nforged", root);
        failure.addSuppressed(new IOException("besides"));

        String line = line("kuteng", Level.ERROR, "failed", failure);

        assertTrue(line.contains("java.lang.IllegalStateException: \\x1b[31mred\\nforged"), line);
        assertTrue(line.contains("Caused by: java.io.IOException: root\\n\tat org.acme"), line);
        assertTrue(line.contains("\tSuppressed: java.io.IOException: besides"), line);
        assertTrue(line.lines()
                .skip(1)
                .allMatch(it -> it.matches("\t*(at .*|\\.\\.\\. \\d+ more|(Caused by: |Suppressed: )?java\\..*)")));
        assertTrue(line.lines().noneMatch(it -> it.startsWith("\tat org.acme.Forged")));
    }

    @Test
    void causesInACircleAreShownOnce() {
        ConsoleLayout.setVerbose(true);
        Exception first = new Exception("first");
        first.initCause(new Exception("second", first));

        String line = line("kuteng", Level.ERROR, "failed", first);

        assertTrue(line.contains("Exception: first (told above)"), line);
    }

    private String line(String logger, Level level, String message, Throwable failure) {
        LoggingEvent event = new LoggingEvent("", new LoggerContext().getLogger(logger), level, message, failure, null);
        event.setTimeStamp(LocalDateTime.of(2026, 11, 22, 12, 34, 56, 789_000_000)
                .atZone(ZoneId.systemDefault())
                .toInstant()
                .toEpochMilli());
        return layout.doLayout(event);
    }
}
