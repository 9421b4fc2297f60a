package org.kuteng.app;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Finds the files that hold routes. */
public final class RouteFiles {
    private RouteFiles() {}

    /**
     * The route files of a folder, sorted by name, or the one file.
     *
     * @throws ConfigurationException if there is none, or the folder cannot be read
     */
    public static List<Path> find(Path place) {
        if (Files.isRegularFile(place)) {
            return List.of(place);
        }
        try (Stream<Path> entries = Files.list(place)) {
            List<Path> files = entries.filter(RouteFiles::isRouteFile).sorted().toList();
            if (files.isEmpty()) {
                throw new ConfigurationException("no route file in " + place
                        + ": there is no *.yaml or *.yml file; kuteng.routes or --routes names another folder");
            }
            return files;
        } catch (NoSuchFileException e) {
            throw new ConfigurationException("no route file: there is no folder or file '" + place
                    + "'; start kuteng where it is, or name another with kuteng.routes or --routes");
        } catch (AccessDeniedException e) {
            throw new ConfigurationException("no permission to read the folder " + place + "; check its access rights");
        } catch (IOException e) {
            throw new ConfigurationException("the folder " + place + " cannot be read: " + e.getMessage());
        }
    }

    private static boolean isRouteFile(Path path) {
        String name = path.getFileName().toString();
        // editors keep their copies beside the file: .name.swp, #name#, name~
        return (name.endsWith(".yaml") || name.endsWith(".yml"))
                && !name.startsWith(".")
                && !name.startsWith("#")
                && Files.isRegularFile(path);
    }
}
