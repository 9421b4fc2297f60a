package org.kuteng.app.reload;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.Route;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.RouteFilters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kuteng.rabbitmq.WorkQueueComponent;

/** Routes that need no broker, in a real Camel context. */
class RouteSwapTest {
    private static final String GREET = """
        apiVersion: camel.apache.org/v1
        kind: Kamelet
        metadata: { name: greet }
        spec:
          definition: { title: greet, required: [ word ], properties: { word: { title: word, type: string } } }
          template:
            from:
              uri: kamelet:source
              steps:
                - setBody: { simple: "${body}{{word}}" }
        """;

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final Edits edits = new Edits();
    private final CountDownLatch atWork = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);
    private Duration patience = Duration.ofSeconds(30);
    private RunningRoutes running;
    private RouteSet current;

    @AfterEach
    void stop() {
        mayEnd.countDown();
        context.stop();
    }

    private void start() throws Exception {
        context.getRegistry().bind("direct", new ExchangeableDirect());
        context.getRegistry().bind("work", (Processor) exchange -> {
            atWork.countDown();
            mayEnd.await();
        });
        current = edits.routes();
        running = new RunningRoutes(current);
        context.addRoutes(running);
        context.start();
    }

    private RouteSwap.Outcome swap() {
        RouteSet wanted = edits.routes();
        RouteEnding ending = new RouteEnding(context, new WorkQueueComponent(), patience);
        RouteSwap.Outcome outcome = new RouteSwap(
                        running, ending, current, wanted, RouteChange.between(current, wanted), () -> true)
                .run()
                .orElseThrow();
        current = outcome.runs();
        return outcome;
    }

    private static String echo(String id, String answer) {
        return """
                - route:
                    id: %s
                    from:
                      uri: direct:%s
                      steps:
                        - setBody: { constant: "%s" }
                """.formatted(id, id, answer);
    }

    private String ask(String route) {
        return context.createProducerTemplate().requestBody("direct:" + route, "?", String.class);
    }

    private Map<String, Consumer> consumers() {
        Map<String, Consumer> consumers = new HashMap<>();
        context.getRoutes().forEach(route -> consumers.put(route.getRouteId(), route.getConsumer()));
        return consumers;
    }

    private List<String> ids() {
        return context.getRoutes().stream().map(Route::getRouteId).sorted().toList();
    }

    @Test
    void onlyTheRouteThatChangedIsSwapped() throws Exception {
        edits.file("two.yaml", echo("a", "1") + echo("b", "2"));
        start();
        Map<String, Consumer> before = consumers();
        edits.replace("two.yaml", "\"2\"", "\"3\"");
        RouteSwap.Outcome outcome = swap();
        assertNull(outcome.fault());
        assertEquals(List.of("b"), outcome.swapped());
        assertEquals("1", ask("a"));
        assertEquals("3", ask("b"));
        assertSame(before.get("a"), consumers().get("a"));
        assertNotSame(before.get("b"), consumers().get("b"));
        assertEquals("file:two.yaml:10", context.getRoute("b").getSourceLocation());
    }

    @Test
    void routesComeGoAndAreRenamed() throws Exception {
        edits.file("a.yaml", echo("a", "1")).file("b.yaml", echo("b", "2"));
        start();
        edits.without("a.yaml").replace("b.yaml", "id: b", "id: bert").file("c.yml", echo("c", "3"));
        RouteSwap.Outcome outcome = swap();
        assertEquals(List.of("a", "b"), outcome.ended());
        assertEquals(List.of("bert", "c"), outcome.started());
        assertEquals(List.of("bert", "c"), ids());
        assertEquals("2", ask("b"));
        assertEquals("3", ask("c"));
    }

    @Test
    void routesWithoutAnIdAreFoundAgain() throws Exception {
        edits.file("from.yaml", """
                - from: { uri: "direct:x", steps: [ { setBody: { constant: x } } ] }
                - from: { uri: "direct:y", steps: [ { setBody: { constant: y } } ] }
                """);
        start();
        Consumer x = context.getRoutes().get(0).getConsumer();
        edits.replace("from.yaml", "constant: y", "constant: z");
        assertNull(swap().fault());
        assertEquals("x", ask("x"));
        assertEquals("z", ask("y"));
        assertEquals(2, context.getRoutes().size());
        assertTrue(consumers().containsValue(x));
    }

    @Test
    void whatCannotStartIsTakenBack() throws Exception {
        edits.file("a.yaml", echo("a", "1")).file("b.yaml", echo("b", "2")).file("gone.yaml", echo("gone", "3"));
        start();
        Consumer b = consumers().get("b");
        edits.replace("a.yaml", "\"1\"", "\"4\"");
        edits.without("gone.yaml");
        // the second of them that is started
        edits.file(
                "z.yaml",
                "- route: { id: z, from: { uri: direct:z, steps: [ { bean: { beanType: org.Nix, method: x } } ] } }");
        RouteSwap.Outcome outcome = swap();
        assertEquals(
                "route 'z' cannot start: no such class: org.Nix",
                outcome.fault().getMessage());
        assertEquals(List.of("a", "b", "gone"), ids());
        assertEquals("1", ask("a"));
        assertEquals("3", ask("gone"));
        assertSame(b, consumers().get("b"));
        edits.without("z.yaml");
        assertNull(swap().fault());
        assertEquals(List.of("a", "b"), ids());
        assertEquals("4", ask("a"));
    }

    @Test
    void whatCannotBeReadTouchesNothing() throws Exception {
        edits.file("a.yaml", echo("a", "1"));
        start();
        Consumer a = consumers().get("a");
        edits.replace("a.yaml", "setBody", "setBodi");
        assertTrue(swap().fault().getMessage().contains("setBodi"));
        assertSame(a, consumers().get("a"));
    }

    @Test
    void whatCannotBePutBackEitherIsTriedAgainWithTheNextChange() throws Exception {
        edits.file("a.yaml", echo("a", "1"));
        start();
        // taken by somebody else while the route of the file does not run
        edits.replace("a.yaml", "direct:a", "direct:b");
        assertNull(swap().fault());
        context.addRoutes(new org.apache.camel.builder.RouteBuilder() {
            @Override
            public void configure() {
                from("direct:a").routeId("squatter").setBody(constant("mine"));
            }
        });
        edits.file("a.yaml", echo("a", "2"));
        assertFalse(swap().fault() == null);
        assertEquals(List.of("a", "squatter"), ids());
        context.getRouteController().stopRoute("squatter");
        context.removeRoute("squatter");
        edits.file("a.yaml", echo("a", "3"));
        assertNull(swap().fault());
        assertEquals("3", ask("a"));
    }

    private static final String TEMPLATE = """
            - routeTemplate:
                id: echoing
                parameters: [ { name: name }, { name: answer } ]
                from:
                  uri: "direct:{{name}}"
                  steps:
                    - setBody: { constant: "{{answer}}" }
            """;

    @Test
    void aTemplateThatChangedSwapsTheRoutesThatAreMadeOfIt() throws Exception {
        edits.file("template.yaml", TEMPLATE);
        edits.file("made.yaml", """
                - templatedRoute:
                    routeId: made
                    routeTemplateRef: echoing
                    parameters: [ { name: name, value: made }, { name: answer, value: x } ]
                """);
        edits.file("a.yaml", echo("a", "1"));
        start();
        assertEquals("x", ask("made"));
        Consumer a = consumers().get("a");
        edits.replace("template.yaml", "\"{{answer}}\"", "\"{{answer}}!\"");
        assertEquals(List.of("made"), swap().swapped());
        assertEquals("x!", ask("made"));
        edits.replace("made.yaml", "value: x", "value: y");
        assertEquals(List.of("made"), swap().swapped());
        assertEquals("y!", ask("made"));
        assertSame(a, consumers().get("a"));
        edits.without("made.yaml").without("template.yaml");
        assertEquals(List.of("made"), swap().ended());
        assertEquals(List.of("a"), ids());
    }

    @Test
    void aKameletThatChangedSwapsTheRoutesThatUseItAndLeavesNothingBehind() throws Exception {
        edits.file("greet.kamelet.yaml", GREET);
        edits.file(
                "uri.yaml",
                "- route: { id: uri, from: { uri: direct:uri, steps: [ { to: 'kamelet:greet?word=x' } ] } }");
        edits.file(
                "step.yaml",
                "- route: { id: step, from: { uri: direct:step, steps: [ { kamelet: { name: greet, parameters: { word: y } } } ] } }");
        edits.file("a.yaml", echo("a", "1"));
        start();
        Consumer a = consumers().get("a");
        assertEquals("?x", ask("uri"));
        assertEquals("?y", ask("step"));
        edits.replace("greet.kamelet.yaml", "{{word}}", "{{word}}!");
        assertEquals(List.of("uri", "step"), swap().swapped());
        assertEquals("?x!", ask("uri"));
        assertEquals("?y!", ask("step"));
        edits.replace("greet.kamelet.yaml", "{{word}}!", "{{word}}?");
        assertEquals(List.of("uri", "step"), swap().swapped());
        assertEquals("?x?", ask("uri"));
        assertEquals("?y?", ask("step"));
        assertEquals(5, context.getRoutes().size());
        assertSame(a, consumers().get("a"));
        edits.without("uri.yaml").without("step.yaml");
        assertNull(swap().fault());
        assertEquals(List.of("a"), ids());
    }

    @Test
    void aKameletThatTwoRoutesShareStaysForTheOther() throws Exception {
        edits.file("greet.kamelet.yaml", GREET);
        String step =
                "- route: { id: %1$s, from: { uri: direct:%1$s, steps: [ { kamelet: { name: greet, parameters: { word: y } } } ] } }";
        edits.file("a.yaml", step.formatted("a"));
        edits.file("b.yaml", step.formatted("b"));
        start();
        assertEquals("?y", ask("a"));
        assertEquals("?y", ask("b"));
        edits.replace("b.yaml", "steps: [", "steps: [ { setBody: { simple: '${body}b' } },");
        assertEquals(List.of("b"), swap().swapped());
        assertEquals("?y", ask("a"));
        assertEquals("?by", ask("b"));
        edits.without("a.yaml");
        assertEquals(List.of("a"), swap().ended());
        assertEquals("?by", ask("b"));
        edits.without("b.yaml");
        assertEquals(List.of("b"), swap().ended());
        assertEquals(List.of(), context.getRoutes());
    }

    @Test
    void aRouteConfigurationThatChangedSwapsTheRoutesThatUseIt() throws Exception {
        String failing =
                "- route: { id: %1$s, %2$s from: { uri: direct:%1$s, steps: [ { throwException: { exceptionType: java.lang.IllegalStateException, message: oh } } ] } }";
        String handling = """
                - routeConfiguration:%s
                    onException:
                      - onException:
                          exception: [ java.lang.Exception ]
                          handled: { constant: "true" }
                          steps: [ { setBody: { constant: "%s" } } ]
                """;
        edits.file("all.yaml", handling.formatted("", "all"));
        edits.file("named.yaml", handling.formatted("\n    id: named", "named"));
        edits.file("a.yaml", failing.formatted("a", ""));
        edits.file("b.yaml", failing.formatted("b", "routeConfigurationId: named,"));
        start();
        assertEquals("all", ask("a"));
        assertEquals("named", ask("b"));
        edits.replace("all.yaml", "\"all\"", "\"all of them\"");
        assertEquals(List.of("a"), swap().swapped());
        assertEquals("all of them", ask("a"));
        edits.replace("named.yaml", "\"named\"", "\"by name\"");
        assertEquals(List.of("b"), swap().swapped());
        assertEquals("by name", ask("b"));
        // the one without an id still holds
        edits.replace("a.yaml", "message: oh", "message: ah");
        assertEquals(List.of("a"), swap().swapped());
        assertEquals("all of them", ask("a"));
        edits.replace("all.yaml", "java.lang.Exception", "java.io.IOException");
        assertNull(swap().fault());
        assertEquals("ah", assertFails("a"));
    }

    private String assertFails(String route) {
        try {
            ask(route);
        } catch (org.apache.camel.CamelExecutionException e) {
            return e.getCause().getMessage();
        }
        throw new AssertionError(route + " did not fail");
    }

    /** A bean of a route file that can be told from another. */
    public static final class Greeter {
        private static final List<String> ENDED = new ArrayList<>();
        private String word = "";

        public void setWord(String word) {
            this.word = word;
        }

        public String greet() {
            return word;
        }

        public void end() {
            ENDED.add(word);
        }
    }

    @Test
    void aBeanThatChangedSwapsTheRoutesThatNameItAndOthersKeepTheirs() throws Exception {
        Greeter.ENDED.clear();
        String bean = "    - { name: %s, type: " + Greeter.class.getName()
                + ", destroyMethod: end, properties: { word: %s } }\n";
        edits.file("beans.yaml", "- beans:\n" + bean.formatted("one", "hallo") + bean.formatted("two", "salut"));
        edits.file(
                "a.yaml",
                "- route: { id: a, from: { uri: direct:a, steps: [ { bean: { ref: one, method: greet } } ] } }");
        edits.file("b.yaml", "- route: { id: b, from: { uri: direct:b, steps: [ { to: 'bean:two?method=greet' } ] } }");
        start();
        assertEquals("hallo", ask("a"));
        assertEquals("salut", ask("b"));
        Object two = context.getRegistry().lookupByName("two");
        edits.replace("beans.yaml", "hallo", "moin");
        assertEquals(List.of("a"), swap().swapped());
        assertEquals("moin", ask("a"));
        assertSame(two, context.getRegistry().lookupByName("two"));
        assertEquals(List.of("hallo"), Greeter.ENDED);

        edits.replace("beans.yaml", "word: moin", "wort: moin");
        assertFalse(swap().fault() == null);
        assertEquals("moin", ask("a"));

        edits.file("beans.yaml", "- beans:\n" + bean.formatted("two", "salut")).without("a.yaml");
        assertEquals(List.of("a"), swap().ended());
        assertNull(context.getRegistry().lookupByName("one"));
    }

    @Test
    void routesThatAreNotToRunAreNotStarted() throws Exception {
        edits.file("a.yaml", echo("work-a", "1"));
        context.getCamelContextExtension()
                .getContextPlugin(org.apache.camel.model.Model.class)
                .setRouteFilter(RouteFilters.filterByPattern("work-*", null));
        start();
        edits.file("b.yaml", echo("work-b", "2")).file("c.yaml", echo("other", "3"));
        RouteSwap.Outcome outcome = swap();
        assertEquals(List.of("work-b"), outcome.started());
        assertEquals(List.of("work-a", "work-b"), ids());
        edits.replace("c.yaml", "\"3\"", "\"4\"");
        assertEquals(List.of(), swap().swapped());
        assertEquals(List.of("work-a", "work-b"), ids());
    }

    @Test
    void routesStartInTheOrderThatTheyAskFor() throws Exception {
        start();
        edits.file("a.yaml", echo("a", "1"));
        edits.file("b.yaml", echo("b", "2").replace("id: b", "id: b\n    startupOrder: 2"));
        edits.file("c.yaml", echo("c", "3").replace("id: c", "id: c\n    startupOrder: 1"));
        assertEquals(List.of("c", "b", "a"), swap().started().isEmpty() ? List.of() : startedOrder());
    }

    private List<String> startedOrder() {
        return context.getRoutes().stream().map(Route::getRouteId).toList();
    }

    private static final String CALLER =
            "- route: { id: caller, from: { uri: 'seda:caller?concurrentConsumers=4', steps: [ { to: 'direct:called' } ] } }";
    private static final String CALLED =
            "- route: { id: called, from: { uri: direct:called, steps: [ { process: { ref: work } }, { to: 'mock:done' } ] } }";

    @Test
    void workInHandIsFinishedAndCallersWaitAtTheDoor() throws Exception {
        edits.file("caller.yaml", CALLER).file("called.yaml", CALLED);
        start();
        var done = context.getEndpoint("mock:done", org.apache.camel.component.mock.MockEndpoint.class);
        done.expectedMessageCount(21);
        ProducerTemplate template = context.createProducerTemplate();
        template.sendBody("seda:caller", "0");
        atWork.await();
        edits.replace("called.yaml", "'mock:done'", "'mock:done?retainLast=100'");
        CompletableFuture<RouteSwap.Outcome> swap = CompletableFuture.supplyAsync(this::swap);
        await().until(() -> org.apache.camel.support.service.ServiceHelper.isSuspended(
                context.getRoute("called").getConsumer()));
        IntStream.rangeClosed(1, 20).forEach(i -> template.sendBody("seda:caller", "" + i));
        assertFalse(swap.isDone());
        mayEnd.countDown();
        assertNull(swap.join().fault());
        var later = context.getEndpoint("mock:done?retainLast=100", org.apache.camel.component.mock.MockEndpoint.class);
        await().until(() -> done.getReceivedCounter() + later.getReceivedCounter() == 21);
        assertEquals(1, done.getReceivedCounter());
    }

    @Test
    void ofTwoThatChangeTheCallerEndsBeforeTheOneItCalls() throws Exception {
        edits.file("caller.yaml", CALLER.replace("seda:caller?concurrentConsumers=4", "direct:caller"));
        edits.file("called.yaml", CALLED);
        start();
        CompletableFuture<Object> answer = context.createProducerTemplate().asyncRequestBody("direct:caller", "x");
        atWork.await();
        edits.replace("caller.yaml", "id: caller", "id: caller, description: changed");
        edits.replace("called.yaml", "id: called", "id: called, description: changed");
        CompletableFuture<RouteSwap.Outcome> swap = CompletableFuture.supplyAsync(this::swap);
        await().until(() -> org.apache.camel.support.service.ServiceHelper.isSuspended(
                context.getRoute("caller").getConsumer()));
        mayEnd.countDown();
        assertNull(swap.join().fault());
        assertEquals("x", answer.join());
        assertTrue(swap.join().swapped().containsAll(List.of("caller", "called")));
    }

    @Test
    void whatWaitsInASedaQueueIsDoneByTheNewRouteIfOthersFillIt() throws Exception {
        edits.file("filler.yaml", "- route: { id: filler, from: { uri: direct:filler, steps: [ { to: 'seda:q' } ] } }");
        edits.file(
                "taker.yaml",
                "- route: { id: taker, from: { uri: 'seda:q', steps: [ { process: { ref: work } }, { to: 'mock:done' } ] } }");
        start();
        var done = context.getEndpoint("mock:done", org.apache.camel.component.mock.MockEndpoint.class);
        ProducerTemplate template = context.createProducerTemplate();
        IntStream.range(0, 10).forEach(i -> template.sendBody("direct:filler", "" + i));
        atWork.await();
        edits.replace("taker.yaml", "'mock:done'", "'mock:later'");
        CompletableFuture<RouteSwap.Outcome> swap = CompletableFuture.supplyAsync(this::swap);
        await().until(() -> org.apache.camel.support.service.ServiceHelper.isSuspended(
                context.getRoute("taker").getConsumer()));
        mayEnd.countDown();
        assertNull(swap.join().fault());
        var later = context.getEndpoint("mock:later", org.apache.camel.component.mock.MockEndpoint.class);
        await().until(() -> done.getReceivedCounter() + later.getReceivedCounter() == 10);
    }

    @Test
    void whatWaitsInASedaQueueIsDoneFirstIfWhoFilledItEndsToo() throws Exception {
        edits.file("both.yaml", """
                - route: { id: filler, from: { uri: direct:filler, steps: [ { to: 'seda:q' } ] } }
                - route: { id: taker, from: { uri: 'seda:q', steps: [ { process: { ref: work } }, { to: 'mock:done' } ] } }
                """);
        start();
        var done = context.getEndpoint("mock:done", org.apache.camel.component.mock.MockEndpoint.class);
        ProducerTemplate template = context.createProducerTemplate();
        IntStream.range(0, 10).forEach(i -> template.sendBody("direct:filler", "" + i));
        edits.without("both.yaml");
        CompletableFuture<RouteSwap.Outcome> swap = CompletableFuture.supplyAsync(this::swap);
        mayEnd.countDown();
        assertNull(swap.join().fault());
        assertEquals(10, done.getReceivedCounter());
        assertEquals(List.of(), ids());
    }

    @Test
    void workThatDoesNotEndInTimeIsNotWaitedFor() throws Exception {
        patience = Duration.ofMillis(50);
        edits.file("called.yaml", CALLED);
        start();
        context.createProducerTemplate().asyncRequestBody("direct:called", "x");
        atWork.await();
        edits.replace("called.yaml", "id: called", "id: called, description: changed");
        assertNull(swap().fault());
        assertEquals(List.of("called"), ids());
    }
}
