package org.kuteng.testing;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A private RabbitMQ node on loopback that a test may kill: own ports, data, log, cookie, epmd and home. It needs no
 * rights and leaves the machine's own RabbitMQ alone.
 */
public final class RabbitMQNode implements TestBroker {
    private static final String NAME = "kuteng"; // user, password and virtual host
    /** The program that Erlang runs as. */
    private static final String ERLANG = "beam.smp";

    private static final Duration START_PATIENCE = Duration.ofSeconds(90);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(20);

    /**
     * @param management starts the management plugin too, which makes the start slower
     * @param config lines of rabbitmq.conf; {@value #FOLDER} stands for the folder of the node
     * @param advanced text of advanced.config, empty for none; for example
     *     {@code [{rabbit, [{consumer_timeout, 5000}, {channel_tick_interval, 1000}]}].}
     * @param files are copied into the folder of the node: it may see no other one
     */
    public record Settings(boolean management, List<String> config, String advanced, List<Path> files) {
        public static final String FOLDER = "FOLDER";
        public static final Settings PLAIN = new Settings(false, List.of(), "");

        public Settings(boolean management, List<String> config, String advanced) {
            this(management, config, advanced, List.of());
        }
    }

    private final RabbitMQInstallation installation;
    private final Path folder;
    private final Map<String, String> environment;
    private final int port;
    private final int managementPort = FreePort.find();
    private final RabbitMQCtl ctl;

    /** Null if it belongs to somebody else. */
    private final Epmd ownEpmd;

    private LeashedProcess server;

    private RabbitMQNode(RabbitMQInstallation installation, Settings settings) {
        this(installation, settings, FreePort.find(), new Epmd(installation), true);
    }

    /**
     * A node that is not started yet.
     *
     * @param epmd of others as well; it outlives this node
     */
    RabbitMQNode(RabbitMQInstallation installation, Settings settings, int port, Epmd epmd) {
        this(installation, settings, port, epmd, false);
    }

    private RabbitMQNode(RabbitMQInstallation installation, Settings settings, int port, Epmd epmd, boolean epmdIsOwn) {
        this.installation = installation;
        this.port = port;
        this.ownEpmd = epmdIsOwn ? epmd : null;
        this.folder = TestFolder.named("rabbitmq-" + port);
        this.environment = environment(epmd.port(), FreePort.find(), FreePort.find());
        this.ctl = new LocalRabbitMQCtl(installation.ctl(), folder, environment);
        try {
            writeFiles(settings);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a new node on a RabbitMQ that is installed on this machine. */
    public static RabbitMQNode start(Settings settings) {
        RabbitMQInstallation installation = RabbitMQInstallation.find()
                .orElseThrow(() -> new IllegalStateException("no rabbitmq-server on this machine"));
        RabbitMQNode node = new RabbitMQNode(installation, settings);
        node.start();
        return node;
    }

    /** Of the node on this port, as Erlang knows it. */
    static String name(int port) {
        return "kuteng" + port + "@localhost";
    }

    private Map<String, String> environment(int epmdPort, int distributionPort, int ctlPort) {
        Map<String, String> own = new HashMap<>();
        own.put("HOME", folder.toString()); // of the cookie
        own.put("ERL_EPMD_PORT", String.valueOf(epmdPort));
        own.put("ERL_EPMD_ADDRESS", "127.0.0.1");
        own.put("RABBITMQ_CONF_ENV_FILE", "/dev/null");
        own.put("RABBITMQ_NODENAME", name(port));
        own.put("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1");
        own.put("RABBITMQ_NODE_PORT", String.valueOf(port));
        own.put("RABBITMQ_DIST_PORT", String.valueOf(distributionPort));
        own.put("RABBITMQ_CTL_DIST_PORT_MIN", String.valueOf(ctlPort));
        own.put("RABBITMQ_CTL_DIST_PORT_MAX", String.valueOf(ctlPort + 20));
        own.put("RABBITMQ_MNESIA_BASE", folder.resolve("data").toString());
        own.put("RABBITMQ_LOG_BASE", folder.resolve("log").toString());
        own.put("RABBITMQ_PID_FILE", folder.resolve("pid").toString());
        own.put("RABBITMQ_GENERATED_CONFIG_DIR", folder.resolve("generated").toString());
        own.put("RABBITMQ_SCHEMA_DIR", folder.resolve("generated/schema").toString());
        own.put("RABBITMQ_CONFIG_FILE", folder.resolve("rabbitmq.conf").toString());
        own.put("RABBITMQ_CONFIG_FILES", folder.resolve("conf.d").toString());
        own.put(
                "RABBITMQ_ADVANCED_CONFIG_FILE",
                folder.resolve("advanced.config").toString());
        own.put(
                "RABBITMQ_ENABLED_PLUGINS_FILE",
                folder.resolve("enabled_plugins").toString());
        own.put("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1}");
        own.put("RABBITMQ_CTL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1}");
        return own;
    }

    private void writeFiles(Settings settings) throws IOException {
        Path cookie = Files.writeString(folder.resolve(".erlang.cookie"), "KUTENGTESTS");
        Files.setPosixFilePermissions(cookie, PosixFilePermissions.fromString("r--------"));
        Files.writeString(folder.resolve("enabled_plugins"), settings.management() ? "[rabbitmq_management]." : "[].");
        if (!settings.advanced().isBlank()) {
            Files.writeString(folder.resolve("advanced.config"), settings.advanced());
        }
        for (Path file : settings.files()) {
            Files.copy(file, folder.resolve(file.getFileName()));
        }
        Path definitions = Files.writeString(folder.resolve("definitions.json"), """
                {"vhosts": [{"name": "/"}, {"name": "NAME"}],
                 "users": [{"name": "NAME", "password": "NAME", "tags": "administrator"}],
                 "permissions": [
                   {"user": "NAME", "vhost": "NAME", "configure": ".*", "write": ".*", "read": ".*"},
                   {"user": "NAME", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}]}
                """.replace("NAME", NAME));
        String config = """
                load_definitions = %s
                disk_free_limit.absolute = 1MB
                """.formatted(definitions);
        if (settings.management()) {
            config += "management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = %d\n".formatted(managementPort);
        }
        String own = String.join("\n", settings.config()).replace(Settings.FOLDER, folder.toString());
        Files.writeString(folder.resolve("rabbitmq.conf"), config + own + "\n");
    }

    @Override
    public void start() {
        server = launch("server.out", installation.server().toString());
        await("RabbitMQ answers on port " + port)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(50))
                .atMost(START_PATIENCE)
                .until(this::isAnswering);
    }

    private LeashedProcess launch(String output, String... command) {
        return LeashedProcess.start(folder, environment, folder.resolve(output).toFile(), List.of(command));
    }

    private boolean isAnswering() throws IOException {
        if (!server.isAlive()) {
            throw new IllegalStateException(
                    "RabbitMQ ended while starting:\n" + Files.readString(folder.resolve("server.out")));
        }
        return isOpen(port) && PlainClient.isAnswering(uri());
    }

    static boolean isOpen(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Runs {@code rabbitmqctl} and gives what it printed. */
    public String ctl(String... arguments) {
        return ctl.run(arguments);
    }

    @Override
    public String uri() {
        return "amqp://%1$s:%1$s@127.0.0.1:%2$d/%1$s".formatted(NAME, port);
    }

    /** Of the HTTP API, when the node was started with it; same user and password. */
    public String managementUrl() {
        return "http://127.0.0.1:" + managementPort;
    }

    @Override
    public String kind() {
        return "RabbitMQ node";
    }

    @Override
    public boolean canBeKilled() {
        return true;
    }

    @Override
    public boolean canBeStopped() {
        return true;
    }

    @Override
    public boolean canBeInspected() {
        return true;
    }

    @Override
    public void kill() {
        server.kill();
    }

    @Override
    public void stop() {
        server.stop(STOP_PATIENCE);
    }

    /** SIGSTOP: it is still there, its connections are open, and it answers nothing. */
    public void freeze() {
        server.freeze(ERLANG);
    }

    /** SIGCONT after {@link #freeze()}. */
    public void thaw() {
        server.thaw(ERLANG);
    }

    /** For example 3.10.8. */
    public String version() {
        return ctl.run("-s", "version").strip();
    }

    /** Whether its version is this one or a later one. */
    public boolean isSince(int major, int minor) {
        String[] version = version().split("\\.");
        int itsMajor = Integer.parseInt(version[0]);
        return itsMajor > major || itsMajor == major && Integer.parseInt(version[1]) >= minor;
    }

    /** The name of the node where the leader of a queue is. */
    String leader(String queue) {
        return ctl.leader(NAME, queue);
    }

    @Override
    public void limit(String queue, int messages, Map<String, Object> arguments) {
        ctl.limit(NAME, queue, messages);
    }

    @Override
    public void writeDeclarations() {
        ctl.writeDeclarations();
    }

    @Override
    public void memoryAlarm(boolean on) {
        ctl.memoryAlarm(on);
    }

    @Override
    public void closeAllConnections() {
        ctl.closeAllConnections(NAME);
    }

    @Override
    public List<ConsumerInfo> consumers(String queue) {
        return ctl.consumers(NAME, queue);
    }

    @Override
    public List<String> connectionNames() {
        return ctl.connectionNames();
    }

    @Override
    public List<String> queueNames() {
        return ctl.queueNames(NAME);
    }

    /** Ends it for good; the data goes, the log stays. */
    @Override
    public void close() {
        if (server != null) {
            server.kill();
        }
        if (ownEpmd != null) {
            ownEpmd.close();
        }
        Path kept = folder.resolve("data");
        if (!Files.exists(kept)) {
            return;
        }
        try (Stream<Path> data = Files.walk(kept)) {
            data.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
