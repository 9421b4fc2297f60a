package org.kuteng.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The programs of a PostgreSQL that is installed on this machine; the newest, if there are several. */
record PostgreSQLInstallation(Path bin) {
    /** Where Debian's packages put them, which are not on the PATH. */
    private static final Path PACKAGED = Path.of("/usr/lib/postgresql");

    static Optional<PostgreSQLInstallation> find() {
        return Stream.concat(packaged(), onPath())
                .filter(bin -> Stream.of("initdb", "postgres").allMatch(name -> Files.isExecutable(bin.resolve(name))))
                .map(PostgreSQLInstallation::new)
                .findFirst();
    }

    private static Stream<Path> packaged() {
        if (!Files.isDirectory(PACKAGED)) {
            return Stream.empty();
        }
        try (Stream<Path> versions = Files.list(PACKAGED)) {
            List<Path> newestFirst = versions.map(version -> version.resolve("bin"))
                    .sorted(Comparator.reverseOrder())
                    .toList();
            return newestFirst.stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> onPath() {
        return Arrays.stream(System.getenv("PATH").split(java.io.File.pathSeparator))
                .map(Path::of);
    }
}
