package org.kuteng.behaviour;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kuteng.testing.KutengCommand;
import org.kuteng.testing.KutengProcess;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.OutputLine;

/** Wrong use and wrong configuration: exit code 2 and one clear line, without a broker, a stack trace or a password. */
class BadInputIT {
    private static final String TIMER = """
            - route:
                id: ticks
                description: Counts
                from:
                  uri: timer
                  parameters:
                    timerName: t
                  steps:
                    - log:
                        message: tick
            """;

    @RegisterExtension
    final KutengProcesses kuteng = new KutengProcesses();

    @TempDir
    Path folder;

    static Stream<Arguments> words() {
        return Stream.of(
                arguments(
                        "run --porfile simple",
                        "kuteng: unknown option '--porfile' (did you mean '--profile'?);"
                                + " 'kuteng run --help' shows what there is"),
                arguments(
                        "brocker",
                        "kuteng: unknown command 'brocker' (did you mean 'broker'?);"
                                + " 'kuteng --help' shows what there is"),
                arguments(
                        "broker now", "kuteng: 'now' is one word too many; 'kuteng broker --help' shows what there is"),
                arguments(
                        "run --set kuteng.queue.type",
                        "kuteng: value for option '--set' (KEY=VALUE) should be in KEY=VALUE format"
                                + " but was kuteng.queue.type; 'kuteng run --help' shows what there is"),
                arguments(
                        "run consmer-1",
                        "kuteng: no route 'consmer-1' in routes (did you mean 'consumer-1'?);"
                                + " there are: consumer-1, consumer-2, producer"),
                arguments(
                        "run --set kuteng.queue.typ=quorum",
                        "kuteng: unknown setting 'kuteng.queue.typ' (--set), did you mean 'kuteng.queue.type'?"),
                arguments(
                        "run --set kuteng.queue.type=quorm",
                        "kuteng: kuteng.queue.type is 'quorm' (--set): it is none of durable, quorum, transient"
                                + " (did you mean 'quorum'?)"),
                arguments(
                        "run --set kuteng.confirm.timeout=soon",
                        "kuteng: kuteng.confirm.timeout is 'soon' (--set): it is not a duration such as 500ms, 30s,"
                                + " 10m, 7d"),
                arguments(
                        "run --profile nix",
                        "kuteng: no profile 'nix': there is no file application-nix.properties in the working folder"
                                + " or in kuteng itself (which has: simple)"),
                arguments(
                        "run --set consumer-1.concurrentConsumers=abc",
                        "kuteng: routes/consumer-1.camel.yaml:10:30: 'concurrentConsumers' must be a whole number,"
                                + " not 'abc'"),
                arguments(
                        "run --routes nowhere",
                        "kuteng: no route file: there is no folder or file 'nowhere'; start kuteng where it is,"
                                + " or name another with kuteng.routes or --routes"));
    }

    @ParameterizedTest(name = "kuteng {0}")
    @MethodSource("words")
    void wrongWordsAreAnsweredInOneLine(String words, String line) {
        assertRefused(kuteng.command(words.split(" ")), line);
    }

    @Test
    void anUnknownEnvironmentVariableOfKutengIsNamed() {
        assertRefused(
                kuteng.command("run").env("KUTENG_BROKR", "amqp://a:SECRET@b"),
                "kuteng: unknown environment variable KUTENG_BROKR (did you mean KUTENG_BROKER?)");
    }

    @ParameterizedTest(name = "kuteng.broker={0}")
    @MethodSource("brokers")
    void aWrongBrokerUriIsShownWithoutItsPassword(String uri, String problem) {
        assertRefused(
                kuteng.command("run").env("KUTENG_BROKER", uri),
                "kuteng: kuteng.broker is '" + uri.replace("SECRET", "***").replace("SE/CRET", "***")
                        + "' (KUTENG_BROKER): " + problem);
    }

    static Stream<Arguments> brokers() {
        String neither = "it is neither 'embedded' nor a URI such as amqp://user:***@host:5672/vhost";
        String escape = " (special characters in user or password are written %40 for @, %2F for /)";
        return Stream.of(
                arguments("amqp:/kuteng:SECRET@127.0.0.1/kuteng", neither),
                arguments("kuteng:SECRET@127.0.0.1", neither),
                arguments("embeded", neither + " (did you mean 'embedded'?)"),
                arguments(
                        "http://kuteng:SECRET@127.0.0.1",
                        "'http://kuteng:***@127.0.0.1' does not begin with amqp:// or amqps://"),
                arguments(
                        "amqp://kuteng:SE/CRET@127.0.0.1/kuteng",
                        "'amqp://kuteng:***@127.0.0.1/kuteng' has no valid host and port" + escape));
    }

    @Test
    void aUriAsASecondWordIsShownWithoutItsPassword() {
        assertRefused(
                kuteng.command("broker", "amqp://kuteng:SECRET@127.0.0.1/kuteng"),
                "kuteng: 'amqp://kuteng:***@127.0.0.1/kuteng' is one word too many;"
                        + " 'kuteng broker --help' shows what there is");
    }

    static Stream<Arguments> files() {
        return Stream.of(
                arguments("hello: this: is", "1:12: not valid YAML: mapping values are not allowed here"),
                arguments("hello", "1:1: a route file is a list: begin with '- route:'"),
                arguments("", "1:1: no route in this file"),
                arguments(TIMER.replace("- log:", "- lgo:"), "9:11: unknown step 'lgo' (did you mean 'log'?)"),
                arguments(
                        TIMER.replace("uri: timer", "uri: timre"),
                        "5:12: unknown component 'timre' (did you mean 'timer'?)"),
                arguments(
                        TIMER.replace("timerName: t", "timerName: t\n        perod: 3"),
                        "8:9: unknown option 'perod' of 'timer' (did you mean 'period'?)"));
    }

    @ParameterizedTest
    @MethodSource("files")
    void aRouteFileWithAFaultIsNamedWithLineAndColumn(String content, String problem) {
        new RouteFolder(folder).file("a.camel.yaml", content);
        assertRefused(
                kuteng.command("run", "--routes", folder.toString()),
                "kuteng: " + folder.resolve("a.camel.yaml") + ":" + problem);
    }

    @Test
    void aFileThatIsNoTextIsNoRouteFile() throws IOException {
        Files.write(folder.resolve("a.yaml"), new byte[] {(byte) 0xC3, 0x28, 0x00, (byte) 0xFF});
        assertRefused(
                kuteng.command("run", "--routes", folder.toString()),
                "kuteng: " + folder.resolve("a.yaml") + ": not a YAML file: it is not a text in UTF-8");
    }

    @Test
    void twoFilesWithTheSameRouteIdAreBothNamed() {
        new RouteFolder(folder).file("one.yaml", TIMER).file("two.yaml", TIMER);
        assertRefused(
                kuteng.command("run", "--routes", folder.toString()),
                "kuteng: " + folder.resolve("two.yaml") + ":2:9: duplicate route id 'ticks': it is also at "
                        + folder.resolve("one.yaml") + ":2:9");
    }

    @Test
    void aFolderWithoutRouteFilesIsNamed() {
        assertRefused(
                kuteng.command("run", "--routes", folder.toString()),
                "kuteng: no route file in " + folder
                        + ": there is no *.yaml or *.yml file; kuteng.routes or --routes names another folder");
    }

    @Test
    void brokerFailsWhenItsPortIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            assertRefused(
                    kuteng.command("broker", "--port", String.valueOf(port)),
                    "kuteng: port " + port + " on 127.0.0.1 is taken by another program: stop that program,"
                            + " or choose another port (kuteng.embedded.port)");
        }
    }

    @Test
    void aFolderThatMayNotBeReadIsNamed() throws Exception {
        Path closed = Files.createDirectory(
                folder.resolve("closed"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("---------")));
        String line = "kuteng: no permission to read the folder " + closed + "; check its access rights";
        if (!closed.toFile().canRead()) {
            assertRefused(kuteng.command("run", "--routes", closed.toString()), line);
            return;
        }
        // root reads everything: as somebody else, then
        assumeTrue(isOnPath("setpriv"), "root may read every folder, and there is no setpriv to be somebody else");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        String[] nobody = {"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"};
        assumeTrue(mayRead(nobody, Path.of("pom.xml")), "nobody else than root may read the project");
        assertRefused(
                kuteng.command("run", "--routes", closed.toString()).in(folder).by(nobody), line);
    }

    private static boolean mayRead(String[] user, Path file) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(user));
        command.addAll(List.of("test", "-r", file.toAbsolutePath().toString()));
        return new ProcessBuilder(command).start().waitFor() == 0;
    }

    private static boolean isOnPath(String program) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(entry -> Files.isExecutable(Path.of(entry, program)));
    }

    private static void assertRefused(KutengCommand command, String... lines) {
        KutengProcess process = command.start();
        assertEquals(2, process.awaitExit());
        assertEquals(
                List.of(lines), process.lines().stream().map(OutputLine::text).toList());
    }
}
