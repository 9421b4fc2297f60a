package org.kuteng.failure;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kuteng.work.steps.KeptSteps;
import org.slf4j.LoggerFactory;

/** Each failure that nothing handles is one line. */
class UnhandledFailuresTest {
    private final DefaultCamelContext context = new DefaultCamelContext();
    private final List<String> lines = new CopyOnWriteArrayList<>();

    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            if (event.getLevel().levelInt >= ch.qos.logback.classic.Level.WARN_INT) {
                lines.add(event.getLoggerName() + ": " + event.getFormattedMessage());
            }
        }
    };

    @BeforeEach
    void listen() {
        appender.start();
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).addAppender(appender);
        context.getCamelContextExtension().addInterceptStrategy(new FailedStepInterceptor());
        KeptSteps.setUp(context, UnhandledFailures::tell);
        context.addLifecycleStrategy(new UnhandledFailures());
    }

    @AfterEach
    void stop() {
        context.stop();
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).detachAppender(appender);
    }

    private void run(RouteBuilder routes) throws Exception {
        context.addRoutes(routes);
        context.start();
    }

    private void assertOnlyLine(String expected) {
        await().until(() -> !lines.isEmpty());
        context.stop();
        assertEquals(List.of(expected), lines);
    }

    private static void fail(org.apache.camel.Exchange exchange) {
        throw new IllegalStateException("no such order");
    }

    @Test
    void ofATimer() throws Exception {
        run(new RouteBuilder() {
            @Override
            public void configure() {
                from("timer:t?repeatCount=1&delay=0")
                        .routeId("ticking")
                        .process(e -> fail(e))
                        .id("refuse");
            }
        });
        assertOnlyLine("ticking: failed at refuse: IllegalStateException: no such order;"
                + " nothing tries it again; the timer fires again in its period");
    }

    @Test
    void ofAPartAndItsWhole() throws Exception {
        run(new RouteBuilder() {
            @Override
            public void configure() {
                from("timer:t?repeatCount=1&delay=0")
                        .routeId("ticking")
                        .setBody(constant("a b"))
                        .split(body().tokenize(" "))
                        .id("parts")
                        .process(e -> fail(e));
            }
        });
        assertOnlyLine("ticking: failed at parts: IllegalStateException: no such order;"
                + " nothing tries it again; the timer fires again in its period");
    }

    @Test
    void ofAWireTap() throws Exception {
        run(new RouteBuilder() {
            @Override
            public void configure() {
                from("timer:t?repeatCount=1&delay=0").routeId("ticking").wireTap("direct:tap");
                from("direct:tap").routeId("tap").process(e -> fail(e)).id("refuse");
            }
        });
        await().until(() -> !lines.isEmpty());
        assertEquals(1, lines.size());
        assertTrue(lines.get(0).contains("failed at refuse: IllegalStateException: no such order"), lines::toString);
    }

    @Test
    void ofOnCompletion() throws Exception {
        run(new RouteBuilder() {
            @Override
            public void configure() {
                from("timer:t?repeatCount=1&delay=0")
                        .routeId("ticking")
                        .onCompletion()
                        .process(e -> fail(e))
                        .id("refuse")
                        .end()
                        .setBody(constant("done"));
            }
        });
        assertOnlyLine("ticking: failed at refuse: IllegalStateException: no such order;"
                + " it is lost, since nothing tries it again");
    }

    @Test
    void ofASedaRoute() throws Exception {
        run(new RouteBuilder() {
            @Override
            public void configure() {
                from("timer:t?repeatCount=1&delay=0").routeId("ticking").to("seda:behind");
                from("seda:behind").routeId("behind").process(e -> fail(e)).id("refuse");
            }
        });
        assertOnlyLine("behind: failed at refuse: IllegalStateException: no such order;"
                + " it is lost, since nothing tries it again");
    }

    @Test
    void ofABatch() throws Exception {
        run(new RouteBuilder() {
            @Override
            public void configure() {
                from("timer:t?repeatCount=1&delay=0")
                        .routeId("ticking")
                        .aggregate(constant(true), (old, fresh) -> fresh)
                        .completionSize(1)
                        .process(e -> fail(e))
                        .id("refuse");
            }
        });
        assertOnlyLine("ticking: failed at refuse: IllegalStateException: no such order;"
                + " it is lost, since nothing tries it again");
    }

    @Test
    void ofAPolledExchange(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("one"), "one");
        run(new RouteBuilder() {
            @Override
            public void configure() {
                from("file:" + folder + "?noop=true&initialDelay=0")
                        .routeId("polling")
                        .process(e -> fail(e))
                        .id("refuse");
            }
        });
        await().until(() -> lines.stream().anyMatch(line -> line.startsWith("polling")));
        // what Camel says of the file itself is not shown
        lines.removeIf(line -> line.contains("GenericFileOnCompletion"));
        assertEquals(
                "polling: failed at refuse: IllegalStateException: no such order;"
                        + " it is polled again if its source still has it",
                lines.get(0));
    }
}
