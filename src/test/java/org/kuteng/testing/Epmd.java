package org.kuteng.testing;

import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Erlang's port mapper for private nodes: the one that a node starts by itself is ended by nobody. */
final class Epmd implements AutoCloseable {
    private static final Duration START_PATIENCE = Duration.ofSeconds(30);

    private final LeashedProcess process;
    private final int port = FreePort.find();

    Epmd(RabbitMQInstallation installation) {
        Path folder = TestFolder.named("epmd-" + port);
        process = LeashedProcess.start(
                folder,
                environment(folder),
                folder.resolve("epmd.out").toFile(),
                List.of(installation.epmd().toString(), "-port", String.valueOf(port)));
        await("epmd answers on port " + port)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .atMost(START_PATIENCE)
                .until(() -> RabbitMQNode.isOpen(port));
    }

    private Map<String, String> environment(Path home) {
        return Map.of("HOME", home.toString(), "ERL_EPMD_PORT", String.valueOf(port), "ERL_EPMD_ADDRESS", "127.0.0.1");
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        process.kill();
    }
}
