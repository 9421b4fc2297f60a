package org.kuteng.routes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.camel.EndpointInject;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.test.main.junit5.CamelMainTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The shipped consumers, fed by hand instead of by a broker. */
@CamelMainTest(
        configurationClasses = WorkQueues.class,
        propertyPlaceholderLocations = "classpath:application.properties",
        properties = "camel.main.routesIncludePattern=file:routes/consumer-*.camel.yaml",
        replaceRouteFromWith = {"consumer-1=direct:consumer-1", "consumer-2=direct:consumer-2"})
class ConsumerRoutesTest {
    @RegisterExtension
    static final RouteLog LOG_1 = new RouteLog("consumer-1");

    @RegisterExtension
    static final RouteLog LOG_2 = new RouteLog("consumer-2");

    @EndpointInject("direct:consumer-1")
    ProducerTemplate consumer1;

    @EndpointInject("direct:consumer-2")
    ProducerTemplate consumer2;

    @Test
    void eachLogsWhatItReceivesUnderItsOwnId() {
        consumer1.sendBody("Hello kuteng!0");
        consumer2.sendBody("Hello kuteng!1");

        assertEquals(List.of("Received a message: Hello kuteng!0"), LOG_1.lines());
        assertEquals(List.of("Received a message: Hello kuteng!1"), LOG_2.lines());
    }

    @Test
    void theyDifferInNothingButTheId() throws IOException {
        String first = Files.readString(Path.of("routes/consumer-1.camel.yaml"));
        String second = Files.readString(Path.of("routes/consumer-2.camel.yaml"));

        assertEquals(first, second.replace("consumer-2", "consumer-1"));
    }
}
