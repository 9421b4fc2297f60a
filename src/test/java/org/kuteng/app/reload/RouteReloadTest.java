package org.kuteng.app.reload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.camel.Consumer;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kuteng.app.FileCheck;
import org.kuteng.app.RouteFiles;
import org.kuteng.app.Settings;
import org.kuteng.app.check.Problem;
import org.kuteng.rabbitmq.WorkQueueComponent;
import org.slf4j.LoggerFactory;

/** What a saved file does to the routes that run, from the check to the swap; no broker, and nobody watches. */
class RouteReloadTest {
    private static final String NOT_TAKEN = "the change is not taken over; what runs goes on as it is";

    @TempDir
    private Path folder;

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private RouteReload reload;
    private Map<String, Consumer> atStart;

    @BeforeEach
    void twoRoutes() throws Exception {
        write("a.camel.yaml", route("a", "1"));
        write("b.camel.yaml", route("b", "2"));
        context.getRegistry().bind("direct", new ExchangeableDirect());
        reload = new RouteReload(new RouteReload.Project(
                folder,
                this::files,
                () -> new RouteReload.Findings(faults(false), List.of()),
                () -> faults(true),
                List.of(),
                List.of(folder.resolve("application.properties")),
                List.of(),
                Duration.ofSeconds(10)));
        context.addRoutes(reload.routes());
        context.start();
        reload.attach(context, new WorkQueueComponent(), Optional::empty);
        atStart = consumers();
        log.start();
        logger().addAppender(log);
    }

    @AfterEach
    void stop() {
        logger().detachAppender(log);
        context.stop();
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger("kuteng.reload");
    }

    private List<Path> files() {
        Path unreadable = folder.resolve("unreadable.camel.yaml");
        // the user of the tests may be one who may read everything: nobody can read a folder as a file
        return Files.exists(unreadable)
                ? Stream.concat(Stream.of(unreadable), RouteFiles.find(folder).stream())
                        .toList()
                : RouteFiles.find(folder);
    }

    private List<String> faults(boolean make) {
        FileCheck check = FileCheck.of(
                Settings.load(Settings.Sources.ofProcess(null, Map.of("queue.name", "q"))), List.of(folder), make);
        return check.problems().stream().map(Problem::toString).toList();
    }

    private Map<String, Consumer> consumers() {
        Map<String, Consumer> consumers = new HashMap<>();
        context.getRoutes().forEach(route -> consumers.put(route.getRouteId(), route.getConsumer()));
        return consumers;
    }

    /** What is said of the change, without the folder's name. */
    private List<String> look() {
        log.list.clear();
        reload.look();
        return log.list.stream()
                .map(event -> event.getFormattedMessage().replace(folder + "/", ""))
                .map(line -> line.replaceAll(" in \\d+ ms.*", ""))
                .toList();
    }

    private String ask(String route) {
        return context.createProducerTemplate().requestBody("direct:" + route, "?", String.class);
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private static String route(String id, String answer) {
        return """
                - route:
                    id: %s
                    from:
                      uri: direct:%s
                      steps:
                        - setBody:
                            constant: "%s"
                """.formatted(id, id, answer);
    }

    @ParameterizedTest(name = "{0} to {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "setBody        | setBodi            | 6:11: unknown step 'setBodi' (did you mean 'setBody'?)",
                "direct:a       | dierct:a           | 4:12: unknown component 'dierct' (did you mean 'direct'?)",
                "direct:a       | direct:a?tmeout=1  | 4:21: unknown option 'tmeout' of 'direct' (did you mean 'timeout'?)",
                "direct:a       | timer:a?period=abc | 4:27: 'period' must be a duration such as 500ms or 1m30s, not 'abc'",
                "id: a          | id: b              | ",
                "direct:a       | direct:b           | ",
                "`: \"1\"`      | `: \"{{nope}}\"`   | 7:24: no value for {{nope}}: set it in application.properties, or write {{nope:default}}",
                "constant       | simple: ${bdy} #   | 7:21: bad simple expression: Unknown function: bdy",
                "id: a          | `id: a\n    routeConfigurationId: x` | 3:27: unknown route configuration 'x'",
                "steps:         | `steps:\n        - to: direct:nobody` | 6:15: nothing consumes from 'direct:nobody'",
                "steps:         | `steps:\n        - to: kamelet:nobody` | 6:15: unknown kamelet 'nobody'",
                "steps:         | `steps:\n        - bean: nobody` | 6:17: unknown bean 'nobody'",
                "`constant: \"1\"` | `bean: {ref: x` | 8:1: not valid YAML: while parsing a flow mapping, expected ',' or '}', but got <stream end>",
            })
    void aFaultChangesNothingIsToldOnceAndMendedItIsForgotten(String right, String wrong, String fault)
            throws IOException {
        write("a.camel.yaml", route("a", "1").replace(right, wrong));

        List<String> said = look();
        assertEquals(NOT_TAKEN, said.get(1), said::toString);
        assertEquals(2, said.size(), said::toString);
        if (fault != null) {
            assertEquals("a.camel.yaml:" + fault, said.get(0));
        } else {
            assertTrue(said.get(0).matches("b.camel.yaml:\\d+:\\d+: (duplicate|a second) route .* at a.camel.yaml.*"));
        }
        assertEquals(List.of(), look());
        assertEquals(atStart, consumers());
        assertEquals("1", ask("a"));
        assertEquals("2", ask("b"));

        write("a.camel.yaml", route("a", "mended"));
        assertEquals(List.of("swapped a"), look());
        assertEquals("mended", ask("a"));
    }

    @Test
    void neitherDoesAnEmptyFileNorOneThatIsNoTextNorOneThatIsHalfWritten() throws IOException {
        write("a.camel.yaml", "");
        assertEquals(List.of("a.camel.yaml:1:1: no route in this file", NOT_TAKEN), look());
        Files.write(folder.resolve("a.camel.yaml"), "- route: {id: é}".getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(List.of("a.camel.yaml: not a YAML file: it is not a text in UTF-8", NOT_TAKEN), look());
        String whole = route("a", "whole");
        write("a.camel.yaml", whole.substring(0, whole.indexOf("steps:")));
        assertEquals(List.of("a.camel.yaml:4:7: 'from' needs 'steps'", NOT_TAKEN), look());
        assertEquals(atStart, consumers());

        write("a.camel.yaml", whole);
        assertEquals(List.of("swapped a"), look());
        assertEquals("whole", ask("a"));
    }

    @Test
    void whatCannotBeReadIsToldOnce() throws IOException {
        write("a.camel.yaml", route("a", "3"));
        Path unreadable = Files.createDirectory(folder.resolve("unreadable.camel.yaml"));
        assertEquals(List.of("a route file cannot be read: Is a directory", NOT_TAKEN), look());
        assertEquals(List.of(), look());
        assertEquals(atStart, consumers());

        Files.delete(unreadable);
        assertEquals(List.of("swapped a"), look());
    }

    @Test
    void whenAFaultIsTakenBackThatIsSaid() throws IOException {
        write("a.camel.yaml", "");
        look();
        write("a.camel.yaml", route("a", "1"));

        assertEquals(List.of("the fault is gone; no route has changed"), look());
        assertEquals(atStart, consumers());
    }

    @Test
    void aGoodEditSwapsTheRouteOfItsFileAndNoOther() throws IOException {
        write("a.camel.yaml", route("a", "3"));

        assertEquals(List.of("swapped a"), look());
        assertEquals("3", ask("a"));
        assertNotSame(atStart.get("a"), consumers().get("a"));
        assertSame(atStart.get("b"), consumers().get("b"));
        assertEquals(List.of(), look());
    }

    @Test
    void aCommentSwapsNothing() throws IOException {
        write("a.camel.yaml", "# more\n" + route("a", "1"));

        assertEquals(List.of("no route has changed"), look());
        assertEquals(atStart, consumers());
    }

    @Test
    void filesComeGoAndAreRenamedInOneChange() throws IOException {
        Files.move(folder.resolve("b.camel.yaml"), folder.resolve("moved.yml"));
        write("a.camel.yaml", route("anna", "1"));
        write("c.yml", route("c", "3"));

        assertEquals(List.of("started anna, c; ended a"), look());
        assertEquals(
                List.of("anna", "b", "c"),
                consumers().keySet().stream().sorted().toList());
        assertSame(atStart.get("b"), consumers().get("b"));

        Files.delete(folder.resolve("c.yml"));
        assertEquals(List.of("ended c"), look());
    }

    @Test
    void withNoFileLeftWhatRunsGoesOn() throws IOException {
        Files.delete(folder.resolve("a.camel.yaml"));
        Files.delete(folder.resolve("b.camel.yaml"));

        assertTrue(look().get(0).startsWith("no route file in " + folder + ":"));
        assertEquals(List.of(), look());
        assertEquals(atStart, consumers());

        write("b.camel.yaml", route("b", "2"));
        assertEquals(List.of("ended a"), look());
    }

    @Test
    void aRouteThatCannotStartIsPutBackWithAllThatChangedWithIt() throws IOException {
        write("b.camel.yaml", route("b", "4"));
        write(
                "a.camel.yaml",
                route("a", "3")
                        .replace(
                                "direct:a",
                                "file:no-such-folder?autoCreate=false" + "&startingDirectoryMustExist=true"));

        assertEquals(
                List.of(
                        "route 'a' cannot start: Starting directory does not exist: no-such-folder",
                        "the change is taken back after 0 ms; what ran before runs again"),
                look().stream()
                        .map(line -> line.replaceAll("after \\d+ ms", "after 0 ms"))
                        .toList());
        assertEquals("1", ask("a"));
        assertEquals("2", ask("b"));

        write("a.camel.yaml", route("a", "3"));
        assertEquals(List.of("swapped a, b"), look());
    }

    @Test
    void aKameletSwapsAllRoutesThatUseIt() throws IOException {
        write("shout.kamelet.yaml", """
                apiVersion: camel.apache.org/v1
                kind: Kamelet
                metadata:
                  name: shout
                spec:
                  template:
                    from:
                      uri: kamelet:source
                      steps:
                        - setBody:
                            simple: "${body}!"
                """);
        String use = "        - to: kamelet:shout\n";
        write("a.camel.yaml", route("a", "1") + use);
        write("b.camel.yaml", route("b", "2") + use);
        write("c.camel.yaml", route("c", "3"));
        assertEquals(List.of("swapped a, b; started c"), look());
        Consumer c = consumers().get("c");
        assertEquals("1!", ask("a"));

        Path kamelet = folder.resolve("shout.kamelet.yaml");
        Files.writeString(kamelet, Files.readString(kamelet).replace("}!", "}!!"));
        assertEquals(List.of("swapped a, b"), look());
        assertEquals("1!!", ask("a"));
        assertEquals("2!!", ask("b"));
        assertSame(c, consumers().get("c"));
    }

    @Test
    void settingsAreNamedAndNotReloaded() throws IOException {
        write("application.properties", "a = 1\npassword = SECRET\n");

        assertEquals(List.of("application.properties has changed (a, password): restart kuteng to use it"), look());
        assertEquals(List.of(), look());
        Files.delete(folder.resolve("application.properties"));
        assertEquals(List.of("application.properties says again what it said when kuteng started"), look());
        assertEquals(atStart, consumers());
    }
}
