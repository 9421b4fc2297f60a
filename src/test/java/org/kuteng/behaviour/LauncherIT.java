package org.kuteng.behaviour;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kuteng.testing.KutengCommand;
import org.kuteng.testing.KutengProcess;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.OutputLine;

/** {@code ./kuteng} and the class-data archive that it keeps. */
class LauncherIT {
    private static final Path JAVA = Path.of(System.getProperty("java.home"));

    /** An archive is made with the lowest priority, on a machine that may be busy. */
    private static final Duration PATIENCE_FOR_ARCHIVE = Duration.ofMinutes(3);

    private static final List<String> LINKED = List.of("lib", "classes");

    @RegisterExtension
    final KutengProcesses kuteng = new KutengProcesses();

    @TempDir
    Path home;

    private Path jar;
    private Path target;

    @BeforeEach
    void installOneWhoseJarMayChange() throws IOException {
        String built = System.getProperty("kuteng.test.jar");
        assumeTrue(built != null, "the launcher runs the jar, and there is none");
        target = Files.createDirectory(home.resolve("target"));
        jar = Files.copy(Path.of(built), target.resolve("kuteng.jar"));
        Files.copy(Path.of("kuteng"), home.resolve("kuteng"), StandardCopyOption.COPY_ATTRIBUTES);
        for (String name : LINKED) {
            Files.createSymbolicLink(target.resolve(name), Path.of(built).resolveSibling(name));
        }
    }

    @AfterEach
    void unlink() throws IOException {
        for (String name : LINKED) {
            Files.deleteIfExists(target.resolve(name));
        }
    }

    @ParameterizedTest
    @MethodSource("javas")
    void runsThatStartTogetherMakeOneArchiveAndTheNextStartUsesIt(Path java) throws IOException {
        KutengProcess one = run(java).start();
        KutengProcess other = run(java).start();
        one.awaitLine(ProgramBehaviour.WAITING);
        other.awaitLine(ProgramBehaviour.WAITING);
        // the making goes on without them
        one.sigterm();
        other.sigterm();
        assertEquals(143, one.awaitExit());
        assertEquals(143, other.awaitExit());

        Path archive = awaitArchive();

        assertTrue(startsFromArchive(java));
        assertEquals(List.of(archive), beside());
        assertEquals(List.of(), one.lines("archive|cds|aot"));
    }

    @Test
    void afterANewBuildTheArchiveIsLeftAloneAndMadeAnew() throws IOException {
        KutengProcess first = run(JAVA).start();
        Path archive = awaitArchive();
        first.sigkill();
        FileTime made = Files.getLastModifiedTime(archive);

        Files.setLastModifiedTime(jar, FileTime.from(made.toInstant().plusMillis(10)));
        assertFalse(startsFromArchive(JAVA));

        KutengProcess again = run(JAVA).start();
        await().atMost(PATIENCE_FOR_ARCHIVE)
                .until(() -> !Files.getLastModifiedTime(archive).equals(made));
        again.sigkill();
        assertTrue(startsFromArchive(JAVA));
    }

    @ParameterizedTest
    @MethodSource("javas")
    void aBrokenArchiveDisturbsNobody(Path java) throws IOException {
        List<String> without = lines(settings(java).env("KUTENG_ARCHIVE", "off"));
        assertNotEquals(List.of(), without);

        Files.writeString(target.resolve("kuteng-" + version(java) + ".archive"), "no archive\n".repeat(10_000));

        assertEquals(without, lines(settings(java)));
        assertFalse(startsFromArchive(java));
    }

    @Test
    void whereNothingCanBeWrittenItRunsWithoutAndSaysNothing() throws Exception {
        String[] nobody = {};
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("r-xr-xr-x"));
        if (Files.isWritable(target)) {
            assumeTrue(
                    new ProcessBuilder("sh", "-c", "command -v setpriv").start().waitFor() == 0, "no setpriv");
            Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
            nobody = new String[] {"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"};
            String[] mayRead = Arrays.copyOf(nobody, nobody.length + 3);
            System.arraycopy(
                    new String[] {"test", "-r", target.resolve("lib").toString()}, 0, mayRead, nobody.length, 3);
            assumeTrue(
                    new ProcessBuilder(mayRead).start().waitFor() == 0, "nobody else than root may read the project");
        }

        KutengProcess run = run(JAVA).by(nobody).start();
        run.awaitLine(ProgramBehaviour.WAITING);
        run.sigterm();
        run.awaitExit();

        assertEquals(
                List.of(),
                run.lines().stream()
                        .filter(line -> line.source() == OutputLine.Source.ERR)
                        .toList());
        assertEquals(List.of(), beside());
    }

    /** Those that run the tests, and another of those that keep an archive in the newer way. */
    static Stream<Path> javas() throws IOException {
        try (Stream<Path> beside = Files.list(JAVA.getParent())) {
            Stream<Path> newer = beside
                    .filter(java -> Files.isExecutable(java.resolve("bin/java")))
                    .filter(java -> !java.equals(JAVA) && version(java).startsWith("25."))
                    .limit(1)
                    .toList()
                    .stream();
            return Stream.concat(Stream.of(JAVA), newer).toList().stream();
        }
    }

    private static String version(Path java) {
        try {
            return Files.readAllLines(java.resolve("release")).stream()
                    .filter(line -> line.startsWith("JAVA_RUNTIME_VERSION="))
                    .map(line -> line.replaceAll(".*=|\"", ""))
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }

    private KutengCommand run(Path java) {
        String routes = Path.of("routes").toAbsolutePath().toString();
        return launched(java, "run", "consumer-1", "--routes", routes, "--set", "kuteng.embedded.port=0");
    }

    private KutengCommand settings(Path java) {
        return launched(java, "settings");
    }

    private KutengCommand launched(Path java, String... words) {
        return kuteng.command(words).with(home.resolve("kuteng")).in(home).env("JAVA_HOME", java.toString());
    }

    private boolean startsFromArchive(Path java) throws IOException {
        Path log = home.resolve("classes.log");
        Files.deleteIfExists(log);
        lines(settings(java).env("KUTENG_JAVA_OPTS", "-Xlog:class+load:file=" + log));
        return Files.readAllLines(log).stream()
                .anyMatch(line -> line.contains("org.kuteng.app.Settings source: shared objects file"));
    }

    private static List<String> lines(KutengCommand command) {
        KutengProcess process = command.start();
        assertEquals(0, process.awaitExit());
        return process.lines().stream().map(OutputLine::text).toList();
    }

    private Path awaitArchive() throws IOException {
        await().atMost(PATIENCE_FOR_ARCHIVE)
                .until(() -> beside().size() == 1 && beside().get(0).toString().endsWith(".archive"));
        return beside().get(0);
    }

    /** What the launcher has put beside the jar. */
    private List<Path> beside() throws IOException {
        try (Stream<Path> all = Files.list(target)) {
            return all.filter(path -> path.getFileName().toString().startsWith("kuteng-"))
                    .sorted()
                    .toList();
        }
    }
}
