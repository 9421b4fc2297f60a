package org.kuteng.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code kuteng check} and {@code kuteng schema} print, and with which code they end. */
class CheckCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    @Test
    void aFolderWithoutFaultIsOneLine() {
        assertEquals(0, execute("check", "routes"));

        assertEquals("4 files, 3 routes: no fault\n", printed());
        assertEquals("", err.toString());
    }

    @Test
    void everyFaultIsALineAndTheLastLineCountsThem() throws IOException {
        write("a.camel.yaml", "- route: {from: {uri: 'timr:a', steps: [{lgo: hello}]}}");

        assertEquals(2, execute("check", folder.toString()));

        assertEquals("""
                a.camel.yaml:1:10: warning: route without an id: add 'id: ...'
                a.camel.yaml:1:23: unknown component 'timr' (did you mean 'timer'?)
                a.camel.yaml:1:42: unknown step 'lgo' (did you mean 'log'?)
                1 file, 1 route: 2 errors, 1 warning
                """, printed());
    }

    @Test
    void aWarningAloneIsNoFailure() throws IOException {
        write("a.camel.yaml", "- route: {from: {uri: 'timer:a', steps: [{log: hello}]}}");

        assertEquals(0, execute("check", folder.toString()));

        assertEquals("""
                a.camel.yaml:1:10: warning: route without an id: add 'id: ...'
                1 file, 1 route: no error, 1 warning
                """, printed());
    }

    @Test
    void aFileThatIsNotThereIsAFault() {
        assertEquals(2, execute("check", folder.resolve("nope.yaml").toString()));

        assertEquals("nope.yaml: no such file or folder\n0 files, 0 routes: 1 error\n", printed());
    }

    @Test
    void toolsGetAnArrayOfObjects() throws IOException {
        write("a.camel.yaml", "- route: {from: {uri: 'timr:a', steps: [{log: \"say \\\"é\\\"\"}]}}");

        assertEquals(
                2,
                execute(
                        "check",
                        folder.toString(),
                        "--json",
                        folder.resolve("nope").toString()));

        assertEquals("""
                [
                  {"file":"a.camel.yaml","line":1,"column":10,"severity":"warning",\
                "message":"route without an id: add 'id: ...'","suggestion":null},
                  {"file":"a.camel.yaml","line":1,"column":23,"severity":"error",\
                "message":"unknown component 'timr' (did you mean 'timer'?)","suggestion":"timer"},
                  {"file":"nope","line":0,"column":0,"severity":"error",\
                "message":"no such file or folder","suggestion":null}
                ]
                """, printed());
    }

    @Test
    void toolsGetAnEmptyArrayWhenNothingIsWrong() {
        assertEquals(0, execute("check", "--json", "routes"));

        assertEquals("[]\n", printed());
    }

    @Test
    void theBeansOfTheFilesAreCreatedUnlessOnlyTheFilesAreLookedAt() throws IOException {
        write("a.camel.yaml", "- beans: [{name: number, type: java.lang.Integer}]");

        assertEquals(2, execute("check", folder.toString()));
        assertEquals(0, execute("check", "--static", folder.toString()));
    }

    @Test
    void aPlaceholderCanBeGivenAValueForTheCheck() throws IOException {
        write("a.camel.yaml", "- route: {id: a, from: {uri: 'timer:a?period={{mine}}', steps: [{log: hello}]}}");

        assertEquals(2, execute("check", folder.toString()));
        assertEquals(0, execute("check", folder.toString(), "--set", "mine=5s"));
    }

    @Test
    void noFaultShowsAPassword() throws IOException {
        write("a.camel.yaml", "- route: {id: a, from: {uri: 'amqp://user:secret@host/x', steps: [{log: hello}]}}");

        assertEquals(2, execute("check", folder.toString()));

        assertFalse(out.toString().contains("secret"), out.toString());
    }

    @Test
    void theSchemaIsWrittenToAFileOrToTheStandardOutput() throws IOException {
        Path file = folder.resolve("new").resolve("schema.json");

        assertEquals(0, execute("schema", file.toString()));
        assertEquals(0, execute("schema"));

        assertEquals(Files.readString(file), out.toString());
    }

    @Test
    void aSchemaThatCannotBeWrittenIsOneLine() throws IOException {
        Path file = write("a.camel.yaml", "");

        assertEquals(2, execute("schema", file.resolve("schema.json").toString()));

        assertEquals(1, err.toString().lines().count(), err.toString());
    }

    private int execute(String... arguments) {
        return KutengCommand.execute(arguments, new PrintWriter(out, true), new PrintWriter(err, true));
    }

    private String printed() {
        return out.toString().replace(System.lineSeparator(), "\n").replace(folder + "/", "");
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }
}
