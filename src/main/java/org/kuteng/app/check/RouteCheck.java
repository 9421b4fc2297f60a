package org.kuteng.app.check;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.Node;

/** Finds the faults of route files before anything is started. */
public final class RouteCheck {
    static final String NO_ROUTE = "no route in this file";
    private static final String KAMELET_FILE = ".*\\.kamelet\\.ya?ml";

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
     * @param routes how many routes there are, with those that have no id
     * @param queues the queues that they consume, or send to by name
     * @param canRun whether there is no error, neither in the files nor in their neighbours
     */
    public record Outcome(
            List<Problem> problems, Set<String> routeIds, int routes, Set<String> queues, boolean canRun) {
        /** Whether one of the problems keeps the files from starting. */
        public boolean hasErrors() {
            return problems.stream().anyMatch(problem -> problem.severity() == Severity.ERROR);
        }
    }

    /** The same as {@link #check}, and which routes there are. */
    public static Outcome inspect(List<Path> files, CheckContext context) {
        return inspect(files, List.of(), context);
    }

    /**
     * The same for some files of a folder.
     *
     * @param neighbours files that run together with them: what they define is known, their own faults are not told
     */
    public static Outcome inspect(List<Path> files, List<Path> neighbours, CheckContext context) {
        RouteCheck check = new RouteCheck(context);
        neighbours.forEach(check::read);
        int elsewhere = check.references.routes();
        files.forEach(check::read);
        check.references.finish();
        boolean canRun = check.problems.stream().noneMatch(problem -> problem.severity() == Severity.ERROR);
        check.problems.removeIf(problem -> neighbours.contains(problem.file()));
        check.problems.sort(Problem.ORDER);
        return new Outcome(
                List.copyOf(check.problems),
                check.references.routeIds(),
                check.references.routes() - elsewhere,
                check.references.queues(),
                canRun);
    }

    private void read(Path file) {
        Report report = new Report(file, problems);
        Optional<Node> root = RouteFile.read(file, report);
        boolean understood = root.isPresent() && check(root.get(), file, report);
        if (!understood) {
            references.unread().add(file, RouteFile.text(file));
        }
    }

    /** Whether it could be looked at to the end. */
    private boolean check(Node root, Path file, Report report) {
        EndpointCheck endpoints = new EndpointCheck(components, libraries, placeholders, context, references, report);
        ExpressionCheck expressions = new ExpressionCheck(placeholders, context.beans(), references, report);
        NameCheck names = new NameCheck(schema, placeholders, references, report);
        ReferenceCheck uses = new ReferenceCheck(placeholders, references, report);
        StructureCheck structure = new StructureCheck(schema, placeholders, report, part -> {
            endpoints.check(part);
            names.check(part);
            uses.check(part);
            expressions.check(part);
            libraries.check(part, report);
            KeptStepsCheck.check(part, placeholders, report);
        });
        PlaceholderCheck values = new PlaceholderCheck(placeholders, report);
        boolean kameletFile = file.getFileName().toString().matches(KAMELET_FILE);
        if (kameletFile || ResourceCheck.isResource(root)) {
            new ResourceCheck(structure, endpoints, values, references, report).check(root, kameletFile);
        } else {
            structure.check(root);
            values.check(root, Scope.FILE);
        }
        return !structure.isIncomplete();
    }
}
