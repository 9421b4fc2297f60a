package org.kuteng.testing;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A private PostgreSQL on loopback that a test may kill: own port, own data. It needs no rights; under root, which it
 * refuses, it runs as nobody.
 */
final class PostgreSQLNode implements TestDatabase {
    private static final String NAME = "kuteng"; // user, password and database
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final List<String> AS_NOBODY =
            List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups");

    private final PostgreSQLInstallation installation;
    private final Path folder;
    private final Path log;
    private final boolean root = "root".equals(System.getProperty("user.name"));
    private final int port = FreePort.find();
    private LeashedProcess server;

    private PostgreSQLNode(PostgreSQLInstallation installation) throws IOException {
        this.installation = installation;
        // not under the project's folder, which nobody may not be allowed to enter
        this.folder = Files.createTempDirectory("kuteng-postgresql-");
        this.log = TestFolder.named("postgresql-" + port).resolve("log");
        initialise();
    }

    /** Starts a new one on a PostgreSQL that is installed on this machine. */
    static PostgreSQLNode start(PostgreSQLInstallation installation) {
        try {
            PostgreSQLNode node = new PostgreSQLNode(installation);
            node.start();
            node.createDatabase();
            return node;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void initialise() throws IOException {
        Path password = Files.writeString(folder.resolve("password"), NAME + "\n");
        if (root) {
            run(List.of("chown", "-R", "nobody:nogroup", folder.toString()));
        }
        run(asAllowedUser(
                program("initdb"),
                "--pgdata=" + data(),
                "--username=" + NAME,
                "--pwfile=" + password,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync"));
    }

    private String data() {
        return folder.resolve("data").toString();
    }

    private String program(String name) {
        return installation.bin().resolve(name).toString();
    }

    private List<String> asAllowedUser(String... command) {
        List<String> all = new ArrayList<>(root ? AS_NOBODY : List.of());
        all.addAll(List.of(command));
        return all;
    }

    private void run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IllegalStateException(command + " ended with " + process.exitValue() + ": " + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void createDatabase() {
        try (Connection connection = java.sql.DriverManager.getConnection(url("postgres"), user(), password());
                var statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + NAME);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void start() {
        server = LeashedProcess.start(
                folder,
                Map.of(),
                log.toFile(),
                asAllowedUser(
                        program("postgres"),
                        "-D",
                        data(),
                        "-p",
                        String.valueOf(port),
                        "-k",
                        folder.toString(),
                        "-c",
                        "listen_addresses=127.0.0.1"));
        await("PostgreSQL on port " + port + " (see " + log + ")")
                .atMost(PATIENCE)
                .until(this::isAnswering);
    }

    private boolean isAnswering() {
        if (!server.isAlive()) {
            throw new IllegalStateException("PostgreSQL has ended, see " + log);
        }
        try (Connection connection = java.sql.DriverManager.getConnection(url("postgres"), user(), password())) {
            return connection.isValid(1);
        } catch (SQLException e) {
            return false;
        }
    }

    @Override
    public void kill() {
        List<ProcessHandle> all = Stream.concat(
                        ProcessHandle.of(server.pid()).stream(),
                        ProcessHandle.of(server.pid()).stream().flatMap(ProcessHandle::descendants))
                .toList();
        server.kill();
        // a new one refuses to start beside what is left of the old one
        await().atMost(PATIENCE).until(() -> all.stream().noneMatch(ProcessHandle::isAlive));
    }

    @Override
    public boolean canBeKilled() {
        return true;
    }

    @Override
    public String url() {
        return url(NAME);
    }

    private String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public String user() {
        return NAME;
    }

    @Override
    public String password() {
        return NAME;
    }

    @Override
    public String kind() {
        return "PostgreSQL node";
    }

    /** Ends it for good; the data goes, the log stays. */
    @Override
    public void close() {
        kill();
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
