package org.kuteng.command;

import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.kuteng.app.BrokerInUse;
import org.kuteng.app.Setting;
import org.kuteng.app.Settings;
import org.kuteng.broker.EmbeddedBroker;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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
        Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "kuteng-stop"));
        String uri = BrokerInUse.uri(broker).toString().replace("***", EmbeddedBroker.DEFAULT_NAME);
        LoggerFactory.getLogger("kuteng").info("elsewhere: KUTENG_BROKER={} ./kuteng run. To exit press CTRL+C", uri);
        new CountDownLatch(1).await();
        return 0;
    }
}
