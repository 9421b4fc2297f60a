package org.kuteng.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the command line says, as far as nothing is started. */
class KutengCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rnu | unknown command 'rnu' (did you mean 'run'?); 'kuteng --help' shows what there is",
                "producer | unknown command 'producer' (a route? 'kuteng run producer'); 'kuteng --help' shows what"
                        + " there is",
                "dead lsit | unknown command 'lsit' (did you mean 'list'?); 'kuteng dead --help' shows what there is",
                "--verson | unknown option '--verson' (did you mean '--version'?); 'kuteng --help' shows what there is",
                "-x | unknown option '-x'; 'kuteng --help' shows what there is",
                "--broker embedded | option '--broker' comes after a command, as in 'kuteng run --broker';"
                        + " 'kuteng --help' shows what there is",
                "run --profle x | unknown option '--profle' (did you mean '--profile'?);"
                        + " 'kuteng run --help' shows what there is",
                "run --profle=x | unknown option '--profle' (did you mean '--profile'?);"
                        + " 'kuteng run --help' shows what there is",
                "broker extra | 'extra' is one word too many; 'kuteng broker --help' shows what there is",
                "settings a b | 'a' is one word too many; 'kuteng settings --help' shows what there is",
                "dead replay jobs --all | ID, --all are mutually exclusive (specify only one);"
                        + " 'kuteng dead replay --help' shows what there is",
                "run --set | missing required parameter for option '--set' (KEY=VALUE);"
                        + " 'kuteng run --help' shows what there is",
                "run --set key | value for option '--set' (KEY=VALUE) should be in KEY=VALUE format but was key;"
                        + " 'kuteng run --help' shows what there is",
            })
    void wrongUseIsOneLineThatSaysWhatWasMeant(String arguments, String line) {
        assertEquals(2, execute(arguments.split(" ")));

        assertEquals("kuteng: " + line + System.lineSeparator(), err.toString());
        assertEquals("", out.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "run --brokr=amqp://u:secret@h",
                "run --broker= --brokr amqp://u:secret@h",
                "broker amqp://u:secret@h",
                "amqp://u:secret@h",
                "u:secret@h",
                "run --set amqp://u:secret@h",
                "run --broker amqp://u:secret@h:x",
                "settings --broker amqp://u:secret@h?x",
                "settings --broker amqp://u:secret@h/v --set kuteng.nonsense=amqp://u:secret@h",
            })
    void noLineOfWrongUseHoldsAPassword(String arguments) {
        assertEquals(2, execute(arguments.split(" ")));

        assertFalse(err.toString().contains("secret"), err.toString());
        assertFalse(err.toString().isBlank());
    }

    @Test
    void everyWrongSettingIsALineOfItsOwnWithoutAStackTrace() {
        assertEquals(2, execute("settings", "--set", "kuteng.confirm=maybe", "--set", "kuteng.quue.type=quorum"));

        assertEquals("""
                kuteng: kuteng.confirm is 'maybe' (--set): it is neither true nor false
                kuteng: unknown setting 'kuteng.quue.type' (--set), did you mean 'kuteng.queue.type'?
                """, err.toString().replace(System.lineSeparator(), "\n"));
    }

    @Test
    void aStackTraceIsShownWithVerbose() {
        assertEquals(2, execute("settings", "--verbose", "--set", "kuteng.confirm=maybe"));

        assertTrue(err.toString().contains("at org.kuteng.app.Settings"), err.toString());
    }

    @Test
    void aRouteThatNoFileHasIsSaidWithTheOnesThereAre() throws IOException {
        Path routes = Path.of("routes").toAbsolutePath();
        for (String file : new String[] {"consumer-1.camel.yaml", "consumer-2.camel.yaml"}) {
            Files.copy(routes.resolve(file), folder.resolve(file));
        }

        assertEquals(2, execute("run", "--routes", folder.toString(), "consumer-3", "nonsense"));

        assertEquals(
                "kuteng: no route 'consumer-3' in " + folder
                        + " (did you mean 'consumer-1'?); there are: consumer-1, consumer-2\n"
                        + "kuteng: no route 'nonsense' in " + folder + "; there are: consumer-1, consumer-2\n",
                err.toString().replace(System.lineSeparator(), "\n"));
    }

    @Test
    void aFolderWithoutRoutesIsSaid() {
        assertEquals(2, execute("run", "--routes", folder.toString()));

        assertEquals(
                "kuteng: no route file in " + folder
                        + ": there is no *.yaml or *.yml file; kuteng.routes or --routes names another folder\n",
                err.toString().replace(System.lineSeparator(), "\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h", "run --help", "broker --help", "dead --help", "settings --help"})
    void helpIsPrintedAndIsNoFault(String arguments) {
        assertEquals(0, execute(arguments.split(" ")));

        assertTrue(out.toString().startsWith("Usage: kuteng"), out.toString());
        assertEquals("", err.toString());
    }

    @Test
    void theHelpNamesEveryCommandAndTheExitCodes() {
        execute("--help");

        for (String text : new String[] {"run", "broker", "dead", "settings", "Exit codes: 0", "KUTENG_BROKER="}) {
            assertTrue(out.toString().contains(text), text);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "-V", "run --version"})
    void theVersionIsOneLine(String arguments) {
        assertEquals(0, execute(arguments.split(" ")));

        assertTrue(out.toString().matches("kuteng \\S+ \\(Camel [\\d.]+, Java \\S+\\)\\R"), out.toString());
        assertEquals("", err.toString());
    }

    @Test
    void theSettingsArePrintedWithTheirSourceAndWithoutPasswords() {
        assertEquals(
                0,
                execute(
                        "settings",
                        "--broker",
                        "amqp://u:secret@h1/v,amqp://u:secret@h2/v",
                        "--set",
                        "mail.password=secret",
                        "--set",
                        "shop.url=amqp://x:secret@h"));

        String text = out.toString();
        assertTrue(text.contains("kuteng.broker = amqp://u:***@h1/v,amqp://u:***@h2/v   (--set)"), text);
        assertTrue(text.contains("kuteng.queue.type = durable   (default)"), text);
        assertTrue(text.contains("kuteng.tls.caFile =    (unset)"), text);
        assertTrue(text.contains("mail.password = ***   (--set)"), text);
        assertTrue(text.contains("shop.url = amqp://x:***@h   (--set)"), text);
        assertTrue(text.contains("queue.name = kuteng   (application.properties (in kuteng))"), text);
        assertFalse(text.contains("secret"), text);
    }

    private int execute(String... arguments) {
        return KutengCommand.execute(arguments, new PrintWriter(out, true), new PrintWriter(err, true));
    }
}
