package org.kuteng.app.check;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The route files that come with kuteng: its routes, and those of the examples. */
final class ShippedRoutes {
    private static final List<Path> PLACES = List.of(Path.of("routes"), Path.of("examples"));

    private ShippedRoutes() {}

    static Stream<Path> files() throws IOException {
        Stream.Builder<Path> files = Stream.builder();
        for (Path place : PLACES) {
            if (Files.isDirectory(place)) {
                try (Stream<Path> all = Files.walk(place)) {
                    all.filter(file -> file.toString().endsWith(".camel.yaml"))
                            .sorted()
                            .forEach(files::add);
                }
            }
        }
        return files.build();
    }
}
