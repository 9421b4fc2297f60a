package org.kuteng.command;

import java.util.Map;
import java.util.concurrent.Callable;
import org.kuteng.app.Setting;
import org.kuteng.app.Settings;
import org.kuteng.broker.BrokerUri;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code kuteng settings}: every setting with its value and where that came from. */
@Command(
        name = "settings",
        description = "Shows every setting: its value, where that came from, and what it means. Passwords are masked.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class SettingsCommand implements Callable<Integer>, WithCommonOptions {
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
        Settings settings = common.load(Map.of());
        var out = spec.commandLine().getOut();
        for (Setting<?> setting : Setting.ALL) {
            Settings.Value value = settings.value(setting);
            out.println(setting.key() + " = " + (value == null ? "" : SecretMask.mask(setting.key(), value.text()))
                    + "   (" + (value == null ? "unset" : value.source()) + ")");
            out.println("    " + setting.description() + " [" + setting.type().name()
                    + (setting.defaultText() == null ? "" : ", default " + setting.defaultText()) + "]");
        }
        out.println();
        out.println("Used by the routes and by Camel:");
        settings.others()
                .forEach((key, value) ->
                        out.println(key + " = " + SecretMask.mask(key, value.text()) + "   (" + value.source() + ")"));
        out.flush();
        return 0;
    }

    /** Hides what must not be seen over a shoulder. */
    private static final class SecretMask {
        private static final java.util.regex.Pattern SECRET_KEY =
                java.util.regex.Pattern.compile("(?i).*(password|secret|passphrase|token|apikey).*");

        static String mask(String key, String text) {
            return SECRET_KEY.matcher(key).matches() && !text.isBlank() ? "***" : BrokerUri.masked(text);
        }
    }
}
