package org.kuteng.app.check;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.Node;

/** Finds the faults of route files before anything is started. */
public final class RouteCheck {
    static final String NO_ROUTE = "no route in this file";

    private final StepSchema schema = new StepSchema();
    private final Components components = new Components();
    private final LibraryCheck libraries = new LibraryCheck(components);
    private final List<Problem> problems = new ArrayList<>();
    private final CheckContext context;
    private final Placeholders placeholders;
    private final References references;

    private RouteCheck(CheckContext context) {
        this.context = context;
        this.placeholders = new Placeholders(context.property());
        this.references = new References(context, problems);
    }

    /**
     * Checks files which run together. They are only read; no Camel context, no broker and no network are needed.
     *
     * @param files the YAML files, all that will be started: what one of them uses, another may define
     * @param context what else the files may refer to
     * @return all faults of all files, one for each, in the order of file and line; empty when all is well. A file that
     *     cannot be read is a fault, nothing is thrown for it.
     */
    public static List<Problem> check(List<Path> files, CheckContext context) {
        return inspect(files, context).problems();
    }

    /**
     * What the files hold, besides their faults.
     *
     * @param problems as {@link #check} returns them
     * @param routeIds the ids of all routes that have one
     * @param queues the queues that they consume, or send to by name
     */
    public record Outcome(List<Problem> problems, Set<String> routeIds, Set<String> queues) {
        /** Whether one of the problems keeps the files from starting. */
        public boolean hasErrors() {
            return problems.stream().anyMatch(problem -> problem.severity() == Severity.ERROR);
        }
    }

    /** The same as {@link #check}, and which routes there are. */
    public static Outcome inspect(List<Path> files, CheckContext context) {
        RouteCheck check = new RouteCheck(context);
        files.forEach(check::read);
        check.references.finish();
        check.problems.sort(Problem.ORDER);
        return new Outcome(List.copyOf(check.problems), check.references.routeIds(), check.references.queues());
    }

    private void read(Path file) {
        Report report = new Report(file, problems);
        RouteFile.read(file, report).ifPresent(root -> check(root, report));
    }

    private void check(Node root, Report report) {
        EndpointCheck endpoints = new EndpointCheck(components, libraries, placeholders, context, references, report);
        ExpressionCheck expressions = new ExpressionCheck(placeholders, context.beans(), references, report);
        NameCheck names = new NameCheck(schema, placeholders, references, report);
        new StructureCheck(schema, placeholders, report, part -> {
                    endpoints.check(part);
                    names.check(part);
                    expressions.check(part);
                    libraries.check(part, report);
                })
                .check(root);
        new PlaceholderCheck(placeholders, report).check(root, Scope.FILE);
    }
}
