package org.kuteng.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.kuteng.broker.EmbeddedArguments;
import org.kuteng.broker.EmbeddedBroker;

/** The embedded broker inside the test JVM: it can be stopped and started, but not killed without the tests. */
final class EmbeddedTestBroker implements TestBroker {
    private final EmbeddedBroker.Options options;
    private EmbeddedBroker broker;

    private EmbeddedTestBroker(Path store) {
        this.options = EmbeddedBroker.Options.defaults()
                .withPort(FreePort.find())
                .withoutFallback()
                .withStore(store);
        start();
    }

    static EmbeddedTestBroker inMemory() {
        return new EmbeddedTestBroker(null);
    }

    /** Durable queues and their messages survive {@link #restart()}. */
    static EmbeddedTestBroker onDisk() {
        try {
            return new EmbeddedTestBroker(Files.createTempDirectory(TestFolder.named("embedded"), "store-"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String uri() {
        return "amqp://%s:%s@%s:%d/%s"
                .formatted(
                        options.user(), options.password(), EmbeddedBroker.HOST, options.port(), options.virtualHost());
    }

    @Override
    public String kind() {
        return "embedded";
    }

    @Override
    public boolean canBeStopped() {
        return true;
    }

    @Override
    public void limit(String queue, int messages, Map<String, Object> arguments) {
        Map<String, Object> all = new HashMap<>(arguments);
        all.put("x-max-length", messages);
        all.put("x-overflow", "reject-publish");
        try (PlainClient client = client()) {
            client.declare(queue, true, EmbeddedArguments.translate(all));
        }
    }

    @Override
    public boolean canLimit() {
        return true;
    }

    @Override
    public boolean tellsReadyMessages() {
        return false;
    }

    @Override
    public void stop() {
        broker.close();
    }

    @Override
    public void start() {
        broker = EmbeddedBroker.start(options);
    }

    @Override
    public void close() {
        broker.close();
    }
}
