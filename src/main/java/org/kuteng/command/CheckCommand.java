package org.kuteng.command;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.kuteng.app.FileCheck;
import org.kuteng.app.Settings;
import org.kuteng.app.check.Problem;
import org.kuteng.app.check.Severity;
import org.kuteng.broker.BrokerUri;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** {@code kuteng check}: what is wrong with route files. */
@Command(
        name = "check",
        description = "Checks route files without running them: every fault of all files, one line each. No broker is"
                + " needed.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "A file is checked together with the others in its folder, whose own faults are not shown.",
            "Exit codes: 0 no errors (there may be warnings), 2 errors."
        })
final class CheckCommand implements Callable<Integer>, WithCommonOptions {

    @Parameters(
            arity = "0..*",
            paramLabel = "FILE|FOLDER",
            description = "what to check; the folder that kuteng.routes names if nothing is given")
    private List<Path> places = List.of();

    @Option(names = "--json", description = "a JSON array with one object for each fault")
    private boolean json;

    @Option(
            names = "--static",
            description = "look at the files only; otherwise Camel makes their beans and routes, without starting them,"
                    + " when nothing else is wrong")
    private boolean filesOnly;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Integer call() {
        FileCheck check = check(common.load(Map.of()));
        if (json) {
            printJson(check.problems());
        } else {
            check.problems().forEach(problem -> print(problem.toString()));
            print(summary(check));
        }
        return check.hasErrors() ? KutengCommand.WRONG_USE : 0;
    }

    private FileCheck check(Settings settings) {
        if (common.verbose() && !json) {
            return FileCheck.of(settings, places, !filesOnly);
        }
        // what Camel has to say of its own making is not for who reads the faults
        try (Log.Silence ignored = Log.silence()) {
            return FileCheck.of(settings, places, !filesOnly);
        }
    }

    /** One fault a line, so that a person can read it as well. */
    private void printJson(List<Problem> problems) {
        List<String> objects = problems.stream()
                .map(CheckCommand::object)
                .map(JsonMapper.shared()::writeValueAsString)
                .toList();
        print(objects.isEmpty() ? "[]" : "[\n  " + String.join(",\n  ", objects) + "\n]");
    }

    private static Map<String, Object> object(Problem problem) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("file", problem.file().toString());
        object.put("line", problem.line());
        object.put("column", problem.column());
        object.put("severity", problem.severity().name().toLowerCase(Locale.ROOT));
        object.put("message", problem.message());
        object.put("suggestion", problem.suggestion().orElse(null));
        return object;
    }

    private static String summary(FileCheck check) {
        long errors = check.count(Severity.ERROR);
        long warnings = check.count(Severity.WARNING);
        String found = errors == 0 && warnings == 0
                ? "no fault"
                : (errors == 0 ? "no error" : Count.of(errors, "error"))
                        + (warnings == 0 ? "" : ", " + Count.of(warnings, "warning"));
        return Count.of(check.files().size(), "file") + ", " + Count.of(check.routes(), "route") + ": " + found;
    }

    private void print(String text) {
        spec.commandLine().getOut().println(BrokerUri.masked(text));
    }
}
