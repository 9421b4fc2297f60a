package org.kuteng.app.check;

import java.nio.file.Path;
import java.util.List;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Collects the faults of one file. */
final class Report {
    private final Path file;
    private final List<Problem> problems;

    Report(Path file, List<Problem> problems) {
        this.file = file;
        this.problems = problems;
    }

    void error(Node at, String message) {
        error(place(at), message);
    }

    void error(Place at, String message) {
        add(at, Severity.ERROR, message);
    }

    void warning(Node at, String message) {
        warning(place(at), message);
    }

    void warning(Place at, String message) {
        add(at, Severity.WARNING, message);
    }

    Place place(Node node) {
        return Place.of(file, node);
    }

    Place place(ScalarNode text, int offset) {
        return Place.of(file, text, offset);
    }

    private void add(Place at, Severity severity, String message) {
        Problem problem = new Problem(at.file(), at.line(), at.column(), severity, message);
        // the same anchor can be reached by several ways
        if (!problems.contains(problem)) {
            problems.add(problem);
        }
    }
}
