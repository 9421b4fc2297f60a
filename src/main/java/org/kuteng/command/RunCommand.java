package org.kuteng.command;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.kuteng.app.BrokerInUse;
import org.kuteng.app.KutengApplication;
import org.kuteng.app.RouteSelection;
import org.kuteng.app.Setting;
import org.kuteng.app.Settings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
    private static final Logger LOG = LoggerFactory.getLogger("kuteng");

    @Parameters(
            arity = "0..*",
            paramLabel = "ROUTE",
            description = "ids of the routes to run, or patterns such as 'consumer-*'; all of them if none is named")
    private List<String> routes = List.of();

    @Option(names = "--routes", paramLabel = "PATH", description = "the same as --set kuteng.routes=PATH")
    private Path place;

    @Mixin
    private CommonOptions common = new CommonOptions();

    RunCommand() {}

    /** As if the command line had said so; a place of null: none is named. */
    RunCommand(List<String> routes, Path place, CommonOptions common) {
        this.routes = routes;
        this.place = place;
        this.common = common;
    }

    List<String> routes() {
        return routes;
    }

    Path place() {
        return place;
    }

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Integer call() {
        Settings settings = common.load(place == null ? Map.of() : Map.of(Setting.ROUTES.key(), place.toString()));
        Optional<BrokerInUse.Preparation> broker = BrokerInUse.prepare(settings);
        RouteSelection selection;
        try {
            selection = RouteSelection.of(settings, routes);
        } catch (RuntimeException e) {
            broker.ifPresent(BrokerInUse.Preparation::close);
            throw e;
        }
        selection.warnings().forEach(warning -> LOG.warn("{}", warning));
        boolean well = new KutengApplication(settings, broker, selection, routes).run();
        return well ? 0 : KutengCommand.FAILED;
    }
}
