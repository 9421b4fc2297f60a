package org.kuteng.work.steps;

import static org.apache.camel.builder.Builder.body;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.Model;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.SplitDefinition;
import org.apache.camel.processor.aggregate.GroupedBodyAggregationStrategy;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kuteng.work.FailureHandler;

/** Which sends a worker need not wait for: those after which nothing of the route is left to do. */
class LastStepsTest {
    private static final String QUEUE = "spring-rabbitmq:default?routingKey=next";

    private final CamelContext context = new DefaultCamelContext();

    @AfterEach
    void close() {
        context.stop();
    }

    private interface Steps {
        void add(ProcessorDefinition<?> route);
    }

    /** With the step {@code send} at its end. */
    private static Named<Steps> route(String name, Steps steps) {
        return Named.of(name, steps);
    }

    private RouteDefinition routeWith(Steps steps) throws Exception {
        return configured(new RouteBuilder() {
            @Override
            public void configure() {
                steps.add(from("direct:in").routeId("route"));
            }
        });
    }

    private RouteDefinition configured(RouteBuilder builder) throws Exception {
        context.getRegistry().bind(FailureHandler.BURY_STEP, (Processor) exchange -> {});
        context.getRegistry().bind(FailureHandler.RETRY_OR_BURY_STEP, (Processor) exchange -> {});
        context.addRoutes(builder);
        return context.getCamelContextExtension().getContextPlugin(Model.class).getRouteDefinition("route");
    }

    private static LastSteps.End endOfSend(RouteDefinition route) {
        return ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), ProcessorDefinition.class).stream()
                .filter(step -> "send".equals(step.getId()))
                .findFirst()
                .map(LastSteps::endAfter)
                .orElse(null);
    }

    static Stream<Named<Steps>> lastOfTheRoute() {
        return Stream.of(
                route("alone", route -> route.to(QUEUE).id("send")),
                route(
                        "after others",
                        route ->
                                route.log("a").setBody().constant("b").to(QUEUE).id("send")),
                route("in a branch", route -> route.choice()
                        .when()
                        .simple("${body} == 1")
                        .to(QUEUE)
                        .id("send")
                        .otherwise()
                        .log("other")
                        .end()),
                route("in the branch of all other cases", route -> route.choice()
                        .when()
                        .simple("${body} == 1")
                        .log("one")
                        .otherwise()
                        .log("other")
                        .to(QUEUE)
                        .id("send")
                        .end()),
                route("filtered", route -> route.filter()
                        .simple("${body}")
                        .to(QUEUE)
                        .id("send")
                        .end()),
                route(
                        "in a pipeline",
                        route -> route.pipeline().log("a").to(QUEUE).id("send").end()),
                route("in a step", route -> route.step("s").to(QUEUE).id("send").end()),
                route("to a target of each message", route -> route.toD(QUEUE + "${body}")
                        .id("send")));
    }

    @ParameterizedTest
    @MethodSource("lastOfTheRoute")
    void itsRouteIsDoneWhenTheBrokerHasTheMessage(Steps steps) throws Exception {
        RouteDefinition route = routeWith(steps);

        assertEquals(new LastSteps.End(route, route), endOfSend(route));
    }

    static Stream<Named<Steps>> notTheLast() {
        return Stream.of(
                route("before another", route -> route.to(QUEUE).id("send").log("after")),
                route("in a branch before another step", route -> route.choice()
                        .when()
                        .simple("${body} == 1")
                        .to(QUEUE)
                        .id("send")
                        .end()
                        .log("after")),
                route("in a branch with another step", route -> route.choice()
                        .when()
                        .simple("${body} == 1")
                        .to(QUEUE)
                        .id("send")
                        .log("after")
                        .end()),
                route("filtered before another", route -> route.filter()
                        .simple("${body}")
                        .to(QUEUE)
                        .id("send")
                        .end()
                        .log("x")),
                route(
                        "again and again",
                        route -> route.loop(2).to(QUEUE).id("send").end()),
                route("tried", route -> route.doTry()
                        .to(QUEUE)
                        .id("send")
                        .doCatch(IOException.class)
                        .log("x")
                        .end()),
                route(
                        "in a circuit breaker",
                        route -> route.circuitBreaker().to(QUEUE).id("send").end()),
                route(
                        "one of several",
                        route -> route.multicast().to(QUEUE).id("send").end()),
                route("once for each key", route -> route.idempotentConsumer(body())
                        .to(QUEUE)
                        .id("send")
                        .end()),
                route("in a saga", route -> route.saga().to(QUEUE).id("send").end()),
                route("part of a split that the user joins", route -> route.split(
                                body(), new GroupedBodyAggregationStrategy())
                        .to(QUEUE)
                        .id("send")
                        .end()),
                route("part of a split that ends with the first failure", route -> route.split(body())
                        .stopOnException()
                        .to(QUEUE)
                        .id("send")
                        .end()),
                route("part of a split that has one unit of work", route -> route.split(body())
                        .shareUnitOfWork()
                        .to(QUEUE)
                        .id("send")
                        .end()),
                route("part of a split with a time-out", route -> route.split(body())
                        .parallelProcessing()
                        .timeout(1000)
                        .to(QUEUE)
                        .id("send")
                        .end()),
                route("in the middle of a part", route -> route.split(body())
                        .to(QUEUE)
                        .id("send")
                        .log("after")
                        .end()));
    }

    @ParameterizedTest
    @MethodSource("notTheLast")
    void somethingIsLeftToDo(Steps steps) throws Exception {
        assertNull(endOfSend(routeWith(steps)));
    }

    @Test
    void aPartOfASplitEndsWithItsSend() throws Exception {
        RouteDefinition route = routeWith(steps -> steps.split(body())
                .filter()
                .simple("${body}")
                .to(QUEUE)
                .id("send")
                .end()
                .end()
                .log("after"));

        LastSteps.End end = endOfSend(route);

        assertTrue(end.of() instanceof SplitDefinition);
        assertFalse(end.isParallel());
    }

    @Test
    void partsThatAreMadeAtTheSameTimeHaveNoOrder() throws Exception {
        RouteDefinition route = routeWith(steps ->
                steps.split(body()).parallelProcessing().to(QUEUE).id("send").end());

        assertTrue(endOfSend(route).isParallel());
    }

    @Test
    void onlyWhatGoesToTheBrokerIsASend() throws Exception {
        RouteDefinition route = routeWith(steps -> steps.to("direct:out").id("send"));

        assertFalse(LastSteps.isSend(context, route.getOutputs().get(0)));
    }

    private LastSteps.Verdicts verdicts(RouteBuilder builder) throws Exception {
        RouteDefinition route = configured(builder);
        context.getComponent("direct");
        context.start();
        return LastSteps.verdicts(context, route);
    }

    @Test
    void withoutErrorHandlingOfItsOwnARouteLeavesFailuresToKuteng() throws Exception {
        LastSteps.Verdicts verdicts = verdicts(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").routeId("route").log("x");
            }
        });

        assertNotNull(verdicts);
        assertFalse(verdicts.buries(new DefaultExchange(context), new IOException("refused")));
    }

    @Test
    void whatIsToBeBuriedIs() throws Exception {
        LastSteps.Verdicts verdicts = verdicts(new RouteBuilder() {
            @Override
            public void configure() {
                onException(ConnectException.class).handled(true).process(FailureHandler.BURY_STEP);
                onException(Throwable.class).handled(true).process(FailureHandler.RETRY_OR_BURY_STEP);
                from("direct:in").routeId("route").log("x");
            }
        });
        Exchange exchange = new DefaultExchange(context);

        assertTrue(verdicts.buries(exchange, new IllegalStateException(new ConnectException("refused"))));
        assertFalse(verdicts.buries(exchange, new IOException("refused")));
    }

    @Test
    void theConditionOfTheShippedFileHidesNothing() throws Exception {
        LastSteps.Verdicts verdicts = verdicts(new RouteBuilder() {
            @Override
            public void configure() {
                onException(Throwable.class)
                        .onWhen(simple("${exchangeProperty.KutengDelivery} != null"))
                        .handled(true)
                        .process(FailureHandler.RETRY_OR_BURY_STEP);
                from("direct:in").routeId("route").log("x");
            }
        });

        assertFalse(verdicts.buries(new DefaultExchange(context), new IOException("refused")));
    }

    static Stream<Named<RouteBuilder>> ownHandling() {
        return Stream.of(
                Named.of("a condition of the user's", new RouteBuilder() {
                    @Override
                    public void configure() {
                        onException(Throwable.class)
                                .onWhen(simple("${header.often} == null"))
                                .handled(true)
                                .process(FailureHandler.RETRY_OR_BURY_STEP);
                        onException(Throwable.class).handled(true).process(FailureHandler.BURY_STEP);
                        from("direct:in").routeId("route").log("x");
                    }
                }),
                Named.of("a step of the user's", new RouteBuilder() {
                    @Override
                    public void configure() {
                        onException(IOException.class).handled(true).log("failed");
                        from("direct:in").routeId("route").log("x");
                    }
                }),
                Named.of("attempts without a pause", new RouteBuilder() {
                    @Override
                    public void configure() {
                        errorHandler(defaultErrorHandler().maximumRedeliveries(3));
                        from("direct:in").routeId("route").log("x");
                    }
                }),
                Named.of("a dead letter channel", new RouteBuilder() {
                    @Override
                    public void configure() {
                        errorHandler(deadLetterChannel("log:dead"));
                        from("direct:in").routeId("route").log("x");
                    }
                }),
                Named.of("steps at the end", new RouteBuilder() {
                    @Override
                    public void configure() {
                        onCompletion().log("done");
                        from("direct:in").routeId("route").log("x");
                    }
                }),
                Named.of("a step before each step", new RouteBuilder() {
                    @Override
                    public void configure() {
                        intercept().log("step");
                        from("direct:in").routeId("route").log("x");
                    }
                }));
    }

    @ParameterizedTest
    @MethodSource("ownHandling")
    void aRouteThatDoesSomethingOfItsOwnWaits(RouteBuilder builder) throws Exception {
        assertNull(verdicts(builder));
    }
}
