package org.kuteng.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerTest {
    @ParameterizedTest
    @CsvSource({
        "4.3.6, 4, 3, true",
        "4.3.6, 4, 2, true",
        "4.3.6, 3, 10, true",
        "4.3.6, 4, 4, false",
        "4.3.6, 5, 0, false",
        "3.10.8, 3, 9, true",
        "3.10.8, 4, 0, false",
        "4.2.0-rc.1+12.gabc, 4, 2, true",
        "unknown, 0, 1, false",
        "'', 3, 0, false"
    })
    void versionsAreComparedByNumber(String version, int major, int minor, boolean atLeast) {
        assertEquals(atLeast, Server.of(BrokerKind.RABBITMQ, version).isRabbitMQ(major, minor));
        assertEquals(atLeast, Server.of(BrokerKind.QPID, version).isAtLeast(major, minor));
    }

    @Test
    void anotherBrokerOfThatVersionIsNoRabbitMQ() {
        Server server = Server.of(BrokerKind.QPID, "10.1.0");

        assertEquals(false, server.isRabbitMQ(3, 0));
        assertEquals("Qpid 10.1.0", server.toString());
    }
}
