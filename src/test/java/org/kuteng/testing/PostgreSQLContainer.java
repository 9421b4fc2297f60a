package org.kuteng.testing;

import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/** PostgreSQL in Docker. */
final class PostgreSQLContainer implements TestDatabase {
    private static final DockerImageName IMAGE = DockerImageName.parse("postgres:17");
    private static final int INSIDE = 5432;
    private static final String NAME = "kuteng"; // user, password and database
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final int port = FreePort.find();
    private final GenericContainer<?> container = new GenericContainer<>(IMAGE)
            .withEnv("POSTGRES_USER", NAME)
            .withEnv("POSTGRES_PASSWORD", NAME)
            .withCreateContainerCmdModifier(
                    // a port that Docker chooses would be another one after a restart
                    command -> command.getHostConfig()
                            .withPortBindings(new PortBinding(
                                    Ports.Binding.bindIpAndPort("127.0.0.1", port), ExposedPort.tcp(INSIDE))));

    private PostgreSQLContainer() {}

    static PostgreSQLContainer create() {
        PostgreSQLContainer database = new PostgreSQLContainer();
        database.container.start();
        database.awaitAnswer();
        return database;
    }

    private void awaitAnswer() {
        await("PostgreSQL answers on port " + port).atMost(PATIENCE).until(() -> {
            try (Connection connection = connect()) {
                return connection.isValid(1);
            } catch (SQLException e) {
                return false;
            }
        });
    }

    @Override
    public String url() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + NAME;
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
        return "PostgreSQL in Docker";
    }

    @Override
    public boolean canBeKilled() {
        return true;
    }

    @Override
    public void kill() {
        container.getDockerClient().killContainerCmd(container.getContainerId()).exec();
    }

    @Override
    public void start() {
        container
                .getDockerClient()
                .startContainerCmd(container.getContainerId())
                .exec();
        awaitAnswer();
    }

    @Override
    public void close() {
        container.close();
    }
}
