package org.kuteng.routes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.IntStream;
import org.apache.camel.EndpointInject;
import org.apache.camel.builder.AdviceWithRouteBuilder;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.test.main.junit5.AdviceRouteMapping;
import org.apache.camel.test.main.junit5.CamelMainTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The shipped producer with its timer, a thousand times as fast, and without a broker. */
@CamelMainTest(
        configurationClasses = WorkQueues.class,
        propertyPlaceholderLocations = "classpath:application.properties",
        properties = {"camel.main.routesIncludePattern=file:routes/producer.camel.yaml", "producer.period=1"},
        advices = @AdviceRouteMapping(route = "producer", advice = ProducerRouteTest.SendToMock.class))
class ProducerRouteTest {
    @RegisterExtension
    static final RouteLog LOG = new RouteLog("producer");

    @EndpointInject("mock:queue")
    MockEndpoint queue;

    @EndpointInject("mock:end")
    MockEndpoint end;

    /** Catches what the step with the id {@code send} would send to the broker. */
    public static class SendToMock extends AdviceWithRouteBuilder {
        @Override
        public void configure() {
            weaveById("send").replace().to("mock:queue");
            weaveAddLast().to("mock:end");
        }
    }

    @Test
    void itSendsHelloKuteng0To100AndLogsEachNumber() throws Exception {
        end.expectedMessageCount(101);
        end.assertIsSatisfied();

        assertEquals(
                numbered("Hello kuteng!"),
                queue.getReceivedExchanges().stream()
                        .map(exchange -> exchange.getMessage().getBody())
                        .toList());
        assertEquals(numbered(""), LOG.lines());
    }

    private static List<String> numbered(String text) {
        return IntStream.rangeClosed(0, 100).mapToObj(number -> text + number).toList();
    }
}
