package org.kuteng.app.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;

/**
 * The table of faults is the folder {@code broken}: each file, or folder of files that run together, ends with the
 * lines that the check must say of it, after {@code #!}. The folder {@code good} holds what must give no line.
 */
class RouteCheckTest {
    private static final String EXPECTED = "#! ";
    private static final int CASES = 91;

    private static final Map<String, String> PROPERTIES = Map.ofEntries(
            Map.entry("producer.period", "1000"),
            Map.entry("consumer-1.concurrentConsumers", "2"),
            Map.entry("consumer-1.prefetchCount", "1"),
            Map.entry("consumer-2.concurrentConsumers", "2"),
            Map.entry("consumer-2.prefetchCount", "1"),
            Map.entry("wrong.number", "many"),
            Map.entry("timer.uri", "timer:fromProperty?period=2s"),
            Map.entry("greeting", "hello {{which}}"),
            Map.entry("which", "one"),
            Map.entry("deep.one", "1"));
    private static final CheckContext CONTEXT =
            new CheckContext(name -> Optional.ofNullable(PROPERTIES.get(name)), Set.of("known"));

    @ParameterizedTest
    @MethodSource("broken")
    void eachFaultGivesItsLine(Path name) throws IOException {
        List<Path> files = yamlFiles(name);
        List<String> expected = new ArrayList<>();
        for (Path file : files) {
            Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith(EXPECTED))
                    .map(line -> file.getFileName() + ":" + line.substring(EXPECTED.length()))
                    .forEach(expected::add);
        }
        List<String> said = RouteCheck.check(files, CONTEXT).stream()
                .map(problem -> problem.toString().replace(problem.file().getParent() + "/", ""))
                .toList();
        assertEquals(String.join("\n", expected), String.join("\n", said));
        assertTrue(!expected.isEmpty(), name + " names no line that is expected");
    }

    @ParameterizedTest
    @MethodSource("good")
    void aGoodFileGivesNoLine(Path name) throws IOException {
        assertEquals(List.of(), RouteCheck.check(yamlFiles(name), CONTEXT));
    }

    @ParameterizedTest
    @MethodSource("good")
    void whatTheTestCallsGoodIsGoodForCamel(Path name) throws Exception {
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            camel.setAutoStartup(false);
            PROPERTIES.forEach(camel.getPropertiesComponent()::addInitialProperty);
            camel.getRegistry().bind("known", new CachingConnectionFactory());
            for (Path file : yamlFiles(name)) {
                PluginHelper.getRoutesLoader(camel)
                        .loadRoutes(PluginHelper.getResourceLoader(camel).resolveResource("file:" + file));
            }
            // a REST service needs a web server, which is not on the class path
            if (camel.getRestDefinitions().isEmpty()) {
                camel.start();
            }
            assertTrue(camel.getRouteDefinitions().size() > 0);
        }
    }

    @Test
    void theTableIsLong() {
        assertTrue(broken().count() >= CASES);
    }

    @Test
    void allFilesOfAFolderTogetherAreGood() {
        assertEquals(
                List.of(), RouteCheck.check(good().filter(Files::isRegularFile).toList(), CONTEXT));
    }

    @Test
    void aFileThatIsNotThereIsAFault() {
        Path file = Path.of("no", "such.camel.yaml");
        assertEquals(file + ": no such file", only(RouteCheck.check(List.of(file), CONTEXT)));
    }

    @Test
    void aFolderIsNoFile(@TempDir Path folder) {
        assertEquals(folder + ": is a folder, not a file", only(RouteCheck.check(List.of(folder), CONTEXT)));
    }

    @Test
    void aFileWithoutReadPermissionIsAFault(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("a.camel.yaml"), "- route: {}");
        assertTrue(file.toFile().setReadable(false));
        assumeFalse(Files.isReadable(file), "this user may read every file, so permission cannot be tested");
        assertEquals(file + ": no permission to read it", only(RouteCheck.check(List.of(file), CONTEXT)));
    }

    @Test
    void aFileThatIsNoTextIsAFault(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("a.camel.yaml"), "- route: é".getBytes(StandardCharsets.ISO_8859_1));
        assertTrue(only(RouteCheck.check(List.of(file), CONTEXT)).startsWith(file + ": not a YAML file"));
    }

    @Test
    void anOptionOfOurOwnIsKnown(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(
                folder.resolve("a.camel.yaml"),
                "- route: {id: a, from: {uri: 'timer:a?ownOption=1', steps: [{log: hello}]}}");
        Function<String, Optional<String>> none = name -> Optional.empty();
        CheckContext own = new CheckContext(none, Set.of(), Set.of(), Map.of("timer", Set.of("ownOption")));
        assertEquals(List.of(), RouteCheck.check(List.of(file), own));
        assertEquals(
                1,
                RouteCheck.check(List.of(file), new CheckContext(none, Set.of()))
                        .size());
    }

    private static String only(List<Problem> problems) {
        assertEquals(1, problems.size(), problems::toString);
        return problems.get(0).toString();
    }

    static Stream<Path> broken() {
        return children("broken");
    }

    static Stream<Path> good() {
        return children("good");
    }

    static Stream<Path> goodRouteLists() {
        return good().filter(file -> Files.isRegularFile(file));
    }

    private static Stream<Path> children(String folder) {
        try (Stream<Path> files = Files.list(
                Path.of(RouteCheckTest.class.getResource("/" + folder).toURI()))) {
            return files.sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Path> yamlFiles(Path name) throws IOException {
        if (!Files.isDirectory(name)) {
            return List.of(name);
        }
        try (Stream<Path> files = Files.list(name)) {
            return files.sorted().toList();
        }
    }
}
