package org.kuteng.app;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.kuteng.app.check.DryRun;
import org.kuteng.app.check.Problem;
import org.kuteng.app.check.RouteCheck;
import org.kuteng.app.check.Severity;

/**
 * Route files, checked as they would run with the settings; no broker is needed for it.
 *
 * @param files which files were looked at
 * @param routes how many routes they hold
 * @param problems everything that is wrong with them, by file and line; empty when all is well
 */
public record FileCheck(List<Path> files, int routes, List<Problem> problems) {

    /**
     * Checks files and folders, all of which are taken to run together. A single file is taken to run together with the
     * others in its folder, whose own faults are not told.
     *
     * @param places files and folders; empty: those of the setting {@code kuteng.routes}
     * @param make whether Camel is to make their beans and routes, without starting them, when nothing else is wrong
     */
    public static FileCheck of(Settings settings, List<Path> places, boolean make) {
        boolean configured = places.isEmpty();
        FoundFiles found = new FoundFiles();
        (configured ? List.of(settings.get(Setting.ROUTES)) : places).forEach(found::add);
        List<Path> files = found.files();
        List<Path> neighbours = found.neighbours();
        RouteCheck.Outcome outcome = RouteCheck.inspect(files, neighbours, RouteContext.of(settings));
        List<Problem> problems = new ArrayList<>(found.problems());
        problems.addAll(outcome.problems());
        if (configured && outcome.canRun()) {
            RouteSelection.settingsWithoutRoute(settings, outcome.routeIds())
                    .forEach(fault ->
                            problems.add(new Problem(Path.of("application.properties"), 0, 0, Severity.ERROR, fault)));
        }
        if (make && outcome.canRun() && !files.isEmpty()) {
            problems.addAll(dryRun(settings, files, neighbours));
        }
        problems.sort(Problem.ORDER);
        return new FileCheck(files, outcome.routes(), List.copyOf(problems));
    }

    private static List<Problem> dryRun(Settings settings, List<Path> files, List<Path> neighbours) {
        List<Path> all = new ArrayList<>(files);
        all.addAll(neighbours);
        return DryRun.of(all, RouteContext.withoutBroker(settings)).stream()
                .filter(problem -> files.contains(problem.file()))
                .toList();
    }

    public boolean hasErrors() {
        return count(Severity.ERROR) > 0;
    }

    public long count(Severity severity) {
        return problems.stream()
                .filter(problem -> problem.severity() == severity)
                .count();
    }
}
