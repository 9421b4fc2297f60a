package org.kuteng.testing;

import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.RabbitMQContainer;
import org.testcontainers.utility.DockerImageName;

/** RabbitMQ in Docker. */
final class RabbitMQContainerBroker implements TestBroker {
    private static final DockerImageName IMAGE = DockerImageName.parse("rabbitmq:4-management");
    private static final int AMQP = 5672;
    private static final String NAME = "kuteng"; // user, password and virtual host
    private static final Duration START_PATIENCE = Duration.ofSeconds(90);

    private final int port = FreePort.find();
    private final RabbitMQContainer container = new RabbitMQContainer(IMAGE)
            .withAdminUser(NAME)
            .withAdminPassword(NAME)
            .withEnv("RABBITMQ_DEFAULT_VHOST", NAME)
            .withCreateContainerCmdModifier(
                    // a port that Docker chooses would be another one after a restart
                    command -> command.getHostConfig().withPortBindings(onLoopback(port)));
    private final RabbitMQCtl ctl = this::runInContainer;

    private RabbitMQContainerBroker() {}

    static TestBroker create() {
        RabbitMQContainerBroker broker = new RabbitMQContainerBroker();
        broker.container.start();
        broker.awaitAnswer();
        return broker;
    }

    private static PortBinding onLoopback(int port) {
        return new PortBinding(Ports.Binding.bindIpAndPort("127.0.0.1", port), ExposedPort.tcp(AMQP));
    }

    private void awaitAnswer() {
        await("RabbitMQ answers on port " + port).atMost(START_PATIENCE).until(() -> PlainClient.isAnswering(uri()));
    }

    private String runInContainer(String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = "rabbitmqctl";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        try {
            ExecResult result = container.execInContainer(command);
            if (result.getExitCode() != 0) {
                throw new IllegalStateException(String.join(" ", command) + " ended with " + result);
            }
            return result.getStdout();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String uri() {
        return "amqp://%1$s:%1$s@127.0.0.1:%2$d/%1$s".formatted(NAME, port);
    }

    @Override
    public String kind() {
        return "RabbitMQ in Docker";
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
        docker().killContainerCmd(container.getContainerId()).exec();
    }

    @Override
    public void stop() {
        docker().stopContainerCmd(container.getContainerId()).exec();
    }

    @Override
    public void start() {
        docker().startContainerCmd(container.getContainerId()).exec();
        awaitAnswer();
    }

    private DockerClient docker() {
        return container.getDockerClient();
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
    public void limit(String queue, int messages, Map<String, Object> arguments) {
        ctl.limit(NAME, queue, messages);
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

    @Override
    public void close() {
        container.close();
    }
}
