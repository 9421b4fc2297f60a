package org.kuteng.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where test servers leave what they write: goes with {@code mvn clean}, can be read after a failure. */
final class TestFolder {
    private TestFolder() {}

    static Path named(String first, String... more) {
        try {
            return Files.createDirectories(Path.of("target", "test-servers").resolve(Path.of(first, more)))
                    .toAbsolutePath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
