package org.kuteng.command;

import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.kuteng.app.BrokerInUse;
import org.kuteng.app.Setting;
import org.kuteng.app.Settings;
import org.kuteng.broker.EmbeddedBroker;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kuteng broker}: the embedded broker alone, for several kuteng processes or other AMQP programs. */
@Command(
        name = "broker",
        description = "Runs the embedded broker alone until CTRL+C, for other processes to share.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class BrokerCommand implements Callable<Integer>, WithCommonOptions {
    @Option(names = "--port", paramLabel = "PORT", description = "the same as --set kuteng.embedded.port=PORT")
    private String port;

    @Option(names = "--store", paramLabel = "FOLDER", description = "the same as --set kuteng.embedded.store=FOLDER")
    private String store;

    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Integer call() throws InterruptedException {
        Map<String, String> more = new java.util.LinkedHashMap<>();
        if (port != null) {
            more.put(Setting.EMBEDDED_PORT.key(), port);
        }
        if (store != null) {
            more.put(Setting.EMBEDDED_STORE.key(), store);
        }
        Settings settings = common.load(more);
        // others look for it where it was said to be: another port would not help them
        EmbeddedBroker broker = BrokerInUse.startEmbedded(settings, false);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> BrokerInUse.close(broker), "kuteng-stop"));
        // to be copied, and so with its password, which is no secret: it is the same everywhere
        String uri = BrokerInUse.uri(broker).toString().replace("***", EmbeddedBroker.DEFAULT_NAME);
        PrintWriter out = spec.commandLine().getOut();
        out.println("To use it: KUTENG_BROKER=" + uri + " ./kuteng run");
        out.println("To exit press CTRL+C");
        out.flush();
        new CountDownLatch(1).await();
        return 0;
    }
}
