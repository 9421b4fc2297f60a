package org.kuteng.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kuteng.app.check.Problem;

/** Which files are checked together, and what only Camel itself finds in them. */
class FileCheckTest {
    private static final String SENDS = route("sends", "timer:a", "to: direct:work");
    private static final String TAKES = route("takes", "direct:work", "log: hello");

    @TempDir
    private Path folder;

    private final Map<String, String> properties = new HashMap<>();

    @BeforeEach
    void aFolderOfTwo() throws IOException {
        write("sends.camel.yaml", SENDS);
        write("takes.camel.yaml", TAKES);
    }

    @Test
    void aFolderIsCheckedAsAWhole() {
        FileCheck check = check(folder);

        assertEquals(List.of(), check.problems());
        assertEquals(2, check.files().size());
        assertEquals(2, check.routes());
    }

    @Test
    void withoutAnyPlaceTheConfiguredFolderIsChecked() {
        properties.put("kuteng.routes", folder.toString());

        assertEquals(2, check().files().size());
    }

    @Test
    void aFileIsCheckedWithItsNeighboursAtItsSide() {
        FileCheck check = check(folder.resolve("sends.camel.yaml"));

        assertEquals(List.of(), check.problems());
        assertEquals(1, check.files().size());
        assertEquals(1, check.routes());
    }

    @Test
    void theFaultsOfNeighboursAreNotTold() throws IOException {
        write("broken.camel.yaml", "- rout: {}");

        assertEquals(List.of(), check(folder.resolve("sends.camel.yaml")).problems());
    }

    @Test
    void whatANeighbourHasAlreadyIsAFaultOfTheFile() throws IOException {
        Path copy = write("copy.camel.yaml", TAKES.replace("direct:work", "timer:b"));

        assertEquals(
                List.of("copy.camel.yaml:2:9: duplicate route id 'takes': it is also at takes.camel.yaml:2:9"),
                lines(check(copy)));
    }

    @Test
    void aFileThatIsNamedTwiceIsCheckedOnce() {
        Path roundabout = folder.resolve("..").resolve(folder.getFileName()).resolve("takes.camel.yaml");

        assertEquals(List.of(), check(folder, roundabout, folder).problems());
    }

    @Test
    void everyPlaceThatIsNotThereIsALine() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        Path text = write("notes.txt", "hello");

        assertEquals(
                List.of(
                        "empty: no route file in this folder: there is no *.yaml or *.yml file",
                        "nope: no such file or folder",
                        "notes.txt: not a route file: its name ends with neither .yaml nor .yml"),
                lines(check(folder.resolve("nope"), text, empty)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"orders.yml", "orders.v2.yaml", "orders.in.camel.yaml", "orders.camel.yml", "Orders.yaml"})
    void aRouteFileMayHaveAnyName(String name) throws IOException {
        write(name, route("orders", "timer:orders", "log: hello"));

        assertEquals(List.of(), check(folder).problems());
        assertEquals(3, check(folder).routes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello.kamelet.yaml", "hello.kamelet.yml", "my.hello.kamelet.yaml"})
    void soMayAKamelet(String name) throws IOException {
        write(name, """
                apiVersion: camel.apache.org/v1
                kind: Kamelet
                metadata:
                  name: hello
                spec:
                  template:
                    from:
                      uri: timer:hello
                      steps:
                        - to: kamelet:sink
                """);
        write("use.camel.yaml", route("use", "kamelet:hello", "log: hello"));

        assertEquals(List.of(), check(folder).problems());
    }

    @Test
    void aBeanOrThreadPoolOfApplicationPropertiesIsKnown() throws IOException {
        properties.put("camel.beans.list", "#class:java.util.ArrayList");
        properties.put("camel.beans.map.key", "value");
        properties.put("camel.beans.map", "#class:java.util.HashMap");
        properties.put("camel.threadpool.config[small].pool-size", "1");
        write("uses.camel.yaml", """
                - route:
                    id: uses
                    from:
                      uri: timer:uses
                      steps:
                        - to: bean:list?method=size
                        - bean:
                            ref: map
                            method: size
                        - wireTap:
                            uri: log:a
                            executorService: small
                """);

        assertEquals(List.of(), check(folder).problems());
    }

    @Test
    void aSettingOfARouteThatDoesNotExistIsAFaultOfTheConfiguredFolder() {
        properties.put("kuteng.routes", folder.toString());
        properties.put("kuteng.route.send.retry.delays", "1s");

        assertEquals(
                List.of(
                        "application.properties: there are settings for route 'send' (kuteng.route.send.…), but there is"
                                + " no such route (did you mean 'sends'?)"),
                lines(check()));
        assertEquals(List.of(), check(folder).problems());
    }

    @Test
    void camelItselfFindsWhatTheFilesDoNotTell() throws IOException {
        write("beans.camel.yaml", """
                - beans:
                    - name: repository
                      type: org.apache.camel.support.processor.idempotent.MemoryIdempotentRepository
                      properties:
                        cachSize: 5
                """);

        assertEquals(
                List.of("beans.camel.yaml:2:13: bean 'repository' cannot be created: class"
                        + " 'org.apache.camel.support.processor.idempotent.MemoryIdempotentRepository' has no property"
                        + " 'cachSize' (did you mean 'cacheSize'?)"),
                lines(check(folder)));
    }

    @Test
    void camelItselfTellsTheStepOfEachRouteThatItCannotMake() throws IOException {
        write("steps.camel.yaml", """
                - beans:
                    - name: list
                      type: java.util.ArrayList
                - route:
                    id: nested
                    from:
                      uri: direct:nested
                      steps:
                        - filter:
                            simple: "${body} != null"
                            steps:
                              - log: hello
                              - to: xslt:no-such.xsl
                - route:
                    id: method
                    from:
                      uri: direct:method
                      steps:
                        - bean:
                            ref: list
                            method: siez
                - route:
                    from:
                      uri: direct:no-id
                      steps:
                        - setBody:
                            xpath: "/a[[b"
                - route:
                    id: from
                    from:
                      uri: file:in?scheduler=quartz
                      steps:
                        - log: hello
                - route:
                    id: first
                    from:
                      uri: file:both
                      steps:
                        - log: hello
                - route:
                    id: second
                    from:
                      uri: file:both
                      steps:
                        - log: hello
                """);

        assertEquals(
                List.of(
                        "steps.camel.yaml:13:17: Camel cannot make this: Cannot find resource: classpath:no-such.xsl for"
                                + " URI: classpath:no-such.xsl",
                        "steps.camel.yaml:19:11: Camel cannot make this: Method with name: siez not found on bean: [] of"
                                + " type: java.util.ArrayList",
                        "steps.camel.yaml:23:5: warning: route without an id: add 'id: ...'",
                        "steps.camel.yaml:26:11: Camel cannot make this: A location path was expected, but the following"
                                + " token was encountered:  [",
                        "steps.camel.yaml:31:7: Camel cannot make this: ClassNotFoundException:"
                                + " org.apache.camel.pollconsumer.quartz.QuartzScheduledPollConsumerScheduler",
                        "steps.camel.yaml:43:7: a second route consumes from 'file://both': the first is 'first'"),
                lines(check(folder)));
    }

    @Test
    void theShippedRoutesAreRightWithoutABrokerAndLeaveNoThread() {
        properties.put("kuteng.broker", "amqp://nobody:secret@127.0.0.1:1/nowhere");
        Set<Thread> before = Thread.getAllStackTraces().keySet();

        assertEquals(List.of(), check(Path.of("routes")).problems());

        Awaitility.await().pollInSameThread().until(() -> before.containsAll(threadsOfThisProcess()));
    }

    /** Those of the JVM itself come and go. */
    private static Set<Thread> threadsOfThisProcess() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getThreadGroup() != null
                        && !thread.getThreadGroup().getName().equals("system")
                        && !thread.getThreadGroup().getName().equals("InnocuousThreadGroup"))
                .collect(Collectors.toSet());
    }

    private FileCheck check(Path... places) {
        Map<String, String> arguments = new HashMap<>(properties);
        Stream.of("queue.name=kuteng", "producer.period=1", "producer.repeatCount=1")
                .map(pair -> pair.split("="))
                .forEach(pair -> arguments.put(pair[0], pair[1]));
        return FileCheck.of(Settings.load(Settings.Sources.ofProcess(null, arguments)), List.of(places), true);
    }

    private List<String> lines(FileCheck check) {
        assertTrue(check.hasErrors());
        return check.problems().stream()
                .map(Problem::toString)
                .map(line -> line.replace(folder + "/", ""))
                .toList();
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static String route(String id, String from, String step) {
        return """
                - route:
                    id: %s
                    from:
                      uri: %s
                      steps:
                        - %s
                """.formatted(id, from, step);
    }
}
