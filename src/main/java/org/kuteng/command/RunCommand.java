package org.kuteng.command;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.kuteng.app.KutengApplication;
import org.kuteng.app.RouteFiles;
import org.kuteng.app.Setting;
import org.kuteng.app.Settings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kuteng run}: runs the routes until it is told to stop. */
@Command(
        name = "run",
        description = "Runs the routes of a folder, or some of them, until CTRL+C.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class RunCommand implements Callable<Integer>, WithCommonOptions {
    @Parameters(
            arity = "0..*",
            paramLabel = "ROUTE",
            description = "ids of the routes to run, or patterns such as 'consumer-*'; all of them if none is named")
    private List<String> routes = List.of();

    @Option(names = "--routes", paramLabel = "PATH", description = "the same as --set kuteng.routes=PATH")
    private Path place;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Integer call() {
        Settings settings = common.load(place == null ? Map.of() : Map.of(Setting.ROUTES.key(), place.toString()));
        List<Path> files = RouteFiles.find(settings.get(Setting.ROUTES));
        new KutengApplication(settings, files, routes).run();
        return 0;
    }
}
