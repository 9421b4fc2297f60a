package org.kuteng.command;

import java.util.LinkedHashMap;
import java.util.Map;
import org.kuteng.app.Setting;
import org.kuteng.app.Settings;
import picocli.CommandLine.Option;

/** The options that most commands share. */
final class CommonOptions {
    @Option(
            names = "--profile",
            paramLabel = "NAME",
            description = "also read application-NAME.properties; 'simple' has the wire settings of a plain work queue"
                    + " without acknowledgements")
    private String profile;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "override a setting or a placeholder of the routes; may be repeated")
    private Map<String, String> set = new LinkedHashMap<>();

    @Option(names = "--broker", paramLabel = "URI", description = "the same as --set kuteng.broker=URI")
    private String broker;

    @Option(
            names = {"-v", "--verbose"},
            description = "log more, with stack traces")
    private boolean verbose;

    CommonOptions() {}

    /** As if the command line had said so; null where it says nothing. */
    CommonOptions(String profile, Map<String, String> set, String broker, boolean verbose) {
        this.profile = profile;
        this.set = set;
        this.broker = broker;
        this.verbose = verbose;
    }

    String profile() {
        return profile;
    }

    Map<String, String> set() {
        return set;
    }

    String broker() {
        return broker;
    }

    boolean verbose() {
        return verbose;
    }

    /** Sets up the log and reads the settings. */
    Settings load(Map<String, String> more) {
        Log.setUp(verbose);
        Map<String, String> arguments = new LinkedHashMap<>(set);
        if (broker != null) {
            arguments.put(Setting.BROKER.key(), broker);
        }
        arguments.putAll(more);
        return Settings.load(Settings.Sources.ofProcess(profile, arguments));
    }
}
