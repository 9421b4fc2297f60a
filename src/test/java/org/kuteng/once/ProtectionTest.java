package org.kuteng.once;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.mock.MockComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.processor.aggregate.UseLatestAggregationStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kuteng.work.OnceOnly.Worker;

/** What the start refuses of a route that is to be protected by the database. */
class ProtectionTest {
    private static final String ID = "worker";

    /** The steps that follow a message's {@code from}, and what else there is. */
    private record Case(String reason, Consumer<RouteBuilder> routes) {
        @Override
        public String toString() {
            return reason;
        }
    }

    private static Case step(String reason, Consumer<RouteDefinition> steps) {
        return new Case(reason, r -> steps.accept(worker(r)));
    }

    private static RouteDefinition worker(RouteBuilder r) {
        return r.from("direct:start").routeId(ID);
    }

    static java.util.List<Case> refused() {
        String parallel = "step 's' works in parallel, outside of the transaction: leave its parallelProcessing out";
        String inSub = "step 's' of route 'sub' works in parallel, outside of the transaction: leave its"
                + " parallelProcessing out";
        String keeps = "step 's' keeps messages after their route has ended, and so after their transaction:"
                + " let another route do it, behind a queue";
        return java.util.List.of(
                step(parallel, r -> r.split()
                        .body()
                        .parallelProcessing("{{par}}")
                        .id("s")
                        .to("log:x")),
                step(parallel, r -> r.multicast().parallelProcessing().id("s").to("log:x", "log:y")),
                step(
                        parallel,
                        r -> r.recipientList().header("to").parallelProcessing().id("s")),
                step(parallel, r -> r.choice()
                        .when()
                        .header("big")
                        .split()
                        .body()
                        .parallelProcessing()
                        .id("s")
                        .to("log:x")
                        .end()
                        .end()),
                step(keeps, r -> r.aggregate(new UseLatestAggregationStrategy())
                        .constant(true)
                        .completionSize(3)
                        .id("s")
                        .to("log:x")),
                step(keeps, r -> r.resequence().body().id("s").to("log:x")),
                step(
                        "step 's' works on another thread, outside of the transaction: use to or multicast instead",
                        r -> r.wireTap("log:x").id("s")),
                step(
                        "step 's' hands the message over to another thread, outside of the transaction (seda:other):"
                                + " use direct: instead",
                        r -> r.to("seda:other?size=10").id("s")),
                new Case(
                        "step 's' of route 'sub' hands the message over to another thread, outside of the transaction"
                                + " (seda:other): use direct: instead",
                        r -> {
                            worker(r)
                                    .recipientList()
                                    .constant("log:x, direct:sub")
                                    .end();
                            r.from("direct:sub").routeId("sub").to("seda:other").id("s");
                        }),
                new Case(inSub, r -> {
                    worker(r).to("{{sub}}");
                    sub(r);
                }),
                new Case(inSub, r -> {
                    worker(r).to("direct:between?timeout=100");
                    r.from("direct:between").toD("direct://sub").to("direct:start");
                    sub(r);
                }),
                new Case(parallel.replace("step 's'", "step 'c'"), r -> {
                    r.onCompletion().id("c").parallelProcessing().to("log:x");
                    worker(r).to("log:x");
                }));
    }

    private static void sub(RouteBuilder r) {
        r.from("direct:sub")
                .routeId("sub")
                .split()
                .body()
                .parallelProcessing()
                .id("s")
                .to("log:x");
    }

    @ParameterizedTest
    @MethodSource
    void refused(Case what) throws Exception {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> check(what.routes()));

        assertEquals("kuteng.once=jdbc: " + what.reason(), refused.getMessage());
    }

    @Test
    void whatStaysOnTheThreadOrIsNotReachedIsTaken() {
        assertDoesNotThrow(() -> check(r -> {
            worker(r)
                    .threads(2)
                    .delay(1)
                    .throttle(5)
                    .split()
                    .body()
                    .parallelProcessing("{{seq}}")
                    .to("log:x")
                    .end()
                    .toD("direct:${header.to}")
                    .to("spring-event:x")
                    .split()
                    .body()
                    .parallelProcessing()
                    .disabled()
                    .to("log:x");
            sub(r);
        }));
    }

    private static void check(Consumer<RouteBuilder> routes) throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            Properties properties = new Properties();
            properties.putAll(Map.of("par", "true", "seq", "false", "sub", "direct:sub"));
            context.getPropertiesComponent().setInitialProperties(properties);
            context.addComponent("spring-event", new MockComponent());
            context.addRoutes(OnceBehaviour.routes(routes::accept));
            context.start();
            Protection.check(new Worker(context.getRoute(ID), 1, null, false, true), OnceMode.JDBC);
        }
    }
}
