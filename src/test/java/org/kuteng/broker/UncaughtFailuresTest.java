package org.kuteng.broker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import java.util.List;
import org.apache.qpid.server.model.AbstractConfigurationChangeListener;
import org.apache.qpid.server.model.ConfiguredObject;
import org.apache.qpid.server.model.VirtualHost;
import org.junit.jupiter.api.Test;
import org.kuteng.testing.LogLines;

class UncaughtFailuresTest {

    /** More than the broker has threads for its clients. */
    private static final int FAILURES = 20;

    private static final String PLANTED = "planted";

    @Test
    void aClientWhoseThreadFailsIsDisconnectedAndTheOthersAreServedOn() throws Exception {
        QpidBroker broker = QpidBroker.open(EmbeddedBroker.Options.defaults());
        try (LogLines log = LogLines.of("kuteng.broker")) {
            broker.listen(EmbeddedBroker.ANY_PORT);
            broker.virtualHosts().forEach(UncaughtFailuresTest::plantFailure);
            try (Connection other = PlainClient.connect(broker.port())) {
                Channel channel = other.createChannel();
                channel.queueDeclare("work", true, false, false, null);
                channel.basicPublish("", "work", null, new byte[] {7});
                for (int failure = 0; failure < FAILURES; failure++) {
                    Connection client = PlainClient.connect(broker.port());
                    Channel failing = client.createChannel();
                    await().until(() -> failing.basicGet("work", false) != null);

                    String queue = PLANTED + failure;
                    assertThrows(Exception.class, () -> failing.queueDeclare(queue, true, false, false, null));

                    await().until(() -> !client.isOpen());
                }
                GetResponse back = await().until(() -> channel.basicGet("work", true), response -> response != null);
                assertEquals(7, back.getBody()[0]);
            }
            List<String> lines = log.lines();
            assertEquals(FAILURES, lines.size());
            assertTrue(
                    lines.get(0)
                            .matches(
                                    "ERROR the embedded broker failed on IO-/127\\.0\\.0\\.1:\\d+, and has disconnected"
                                            + " that client: planted"),
                    lines.get(0));
        } finally {
            broker.close();
        }
    }

    private static void plantFailure(VirtualHost<?> host) {
        host.addChangeListener(new AbstractConfigurationChangeListener() {
            @Override
            public void childAdded(ConfiguredObject<?> parent, ConfiguredObject<?> child) {
                if (child.getName().startsWith(PLANTED)) {
                    throw new AssertionError(PLANTED);
                }
            }
        });
    }
}
