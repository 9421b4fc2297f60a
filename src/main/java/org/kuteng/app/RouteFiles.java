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
        try {
            List<Path> files = list(place);
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

    /** The same; empty if there is none, or the folder cannot be read. */
    static List<Path> listOrNothing(Path folder) {
        try {
            return list(folder);
        } catch (IOException e) {
            return List.of();
        }
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(RouteFiles::isRouteFile).sorted().toList();
        }
    }

    private static boolean isRouteFile(Path path) {
        String name = path.getFileName().toString();
        // editors keep their copies beside the file: .name.swp, #name#, name~
        return isYaml(name) && !name.startsWith(".") && !name.startsWith("#") && Files.isRegularFile(path);
    }

    static boolean isYaml(String name) {
        return name.endsWith(".yaml") || name.endsWith(".yml");
    }

    /** Whether the name is that of a file which holds a kamelet and no list of routes. */
    public static boolean isKamelet(String name) {
        return name.endsWith(".kamelet.yaml") || name.endsWith(".kamelet.yml");
    }
}
