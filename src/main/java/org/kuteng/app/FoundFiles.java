package org.kuteng.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kuteng.app.check.Problem;
import org.kuteng.app.check.Severity;

/** Route files by the names that a user gave for them, each once however it was named. */
final class FoundFiles {
    private final Map<Path, Path> files = new LinkedHashMap<>();
    private final Map<Path, Path> neighbours = new LinkedHashMap<>();
    private final List<Problem> problems = new ArrayList<>();

    /** The files that were named, or that are in a folder that was. */
    List<Path> files() {
        return List.copyOf(files.values());
    }

    /** The others in the folders of single files. */
    List<Path> neighbours() {
        return neighbours.entrySet().stream()
                .filter(entry -> !files.containsKey(entry.getKey()))
                .map(Map.Entry::getValue)
                .toList();
    }

    /** What is not there. */
    List<Problem> problems() {
        return problems;
    }

    /** A file or a folder. */
    void add(Path place) {
        if (Files.isDirectory(place)) {
            addFolder(place);
        } else if (!Files.isRegularFile(place)) {
            fault(place, "no such file or folder");
        } else if (!RouteFiles.isYaml(place.getFileName().toString())) {
            fault(place, "not a route file: its name ends with neither .yaml nor .yml");
        } else {
            put(files, place);
            Path folder = place.getParent();
            RouteFiles.listOrNothing(folder == null ? Path.of("") : folder).forEach(file -> put(neighbours, file));
        }
    }

    private void addFolder(Path folder) {
        if (!Files.isReadable(folder)) {
            fault(folder, "no permission to read the folder");
            return;
        }
        List<Path> found = RouteFiles.listOrNothing(folder);
        if (found.isEmpty()) {
            fault(folder, "no route file in this folder: there is no *.yaml or *.yml file");
        }
        found.forEach(file -> put(files, file));
    }

    private static void put(Map<Path, Path> all, Path file) {
        try {
            all.putIfAbsent(file.toRealPath(), file);
        } catch (IOException e) {
            // it has just gone; reading it will tell
            all.putIfAbsent(file, file);
        }
    }

    private void fault(Path place, String message) {
        problems.add(new Problem(place, 0, 0, Severity.ERROR, message));
    }
}
