package org.kuteng.testing;

import java.util.Optional;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.testcontainers.DockerClientFactory;

/**
 * Where tests get their brokers. A RabbitMQ is, in this order: the one that the environment variable
 * {@code KUTENG_TEST_BROKER} names, one in Docker, a private node of a rabbitmq-server on this machine. Without any the
 * test is skipped, or fails with {@code -Dkuteng.test.requireRabbitMQ=true}. {@code -Dkuteng.test.rabbitmq=FOLDER} (or the
 * environment variable {@code KUTENG_TEST_RABBITMQ}) names a folder with the commands of the RabbitMQ to take, before
 * Docker and before the installed one.
 */
public final class TestBrokers {
    static final String URI_VARIABLE = "KUTENG_TEST_BROKER";
    private static final String REQUIRE_PROPERTY = "kuteng.test.requireRabbitMQ";
    private static final String REMEDY = "start Docker or install rabbitmq-server";

    private static TestBroker shared;

    private TestBrokers() {}

    /** One for all tests of this JVM; it ends with the JVM. */
    public static synchronized TestBroker sharedRabbitMQ() {
        if (shared == null) {
            shared = externalBroker()
                    .or(TestBrokers::startedBroker)
                    .orElseGet(() -> none("no RabbitMQ found (set " + URI_VARIABLE + ", " + REMEDY + ")"));
            Runtime.getRuntime().addShutdownHook(new Thread(shared::close, "close shared RabbitMQ"));
        }
        return shared;
    }

    /** A new one, to be closed by the caller. */
    public static TestBroker killableRabbitMQ() {
        return startedBroker().orElseGet(() -> none("no RabbitMQ found that a test may kill (" + REMEDY + ")"));
    }

    /** In memory; a new one, to be closed by the caller. */
    public static TestBroker embedded() {
        return EmbeddedTestBroker.inMemory();
    }

    /** A new one, to be closed by the caller. */
    public static TestBroker embeddedOnDisk() {
        return EmbeddedTestBroker.onDisk();
    }

    /** For tests that need {@link RabbitMQNode} and no other. */
    public static void assumeInstalled() {
        RabbitMQInstallation.find().orElseGet(() -> none("no rabbitmq-server on this machine (install it)"));
    }

    /** Three new nodes of an installed RabbitMQ, to be closed by the caller. */
    public static RabbitMQCluster cluster() {
        assumeInstalled();
        return RabbitMQCluster.started();
    }

    private static Optional<TestBroker> externalBroker() {
        return Optional.ofNullable(System.getenv(URI_VARIABLE))
                .filter(uri -> !uri.isBlank())
                .map(ExternalTestBroker::new);
    }

    private static Optional<TestBroker> startedBroker() {
        if (RabbitMQInstallation.namedFolder().isEmpty()
                && DockerClientFactory.instance().isDockerAvailable()) {
            return Optional.of(RabbitMQContainerBroker.create());
        }
        return RabbitMQInstallation.find().map(found -> RabbitMQNode.start(RabbitMQNode.Settings.PLAIN));
    }

    private static <T> T none(String reason) {
        if (Boolean.getBoolean(REQUIRE_PROPERTY)) {
            return Assertions.fail(reason + "; " + REQUIRE_PROPERTY + " forbids to skip the test");
        }
        Assumptions.abort(reason);
        throw new AssertionError("not reached");
    }
}
