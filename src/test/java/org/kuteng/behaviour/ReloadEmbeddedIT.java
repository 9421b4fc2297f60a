package org.kuteng.behaviour;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kuteng.testing.KutengProcess;
import org.kuteng.testing.OnEmbeddedBroker;
import org.kuteng.testing.TcpProxy;
import org.kuteng.testing.TestBroker;

/** And what is the same with every broker. */
@OnEmbeddedBroker
class ReloadEmbeddedIT extends ReloadBehaviour {
    @Test
    void routesThatWereNotAskedForAreNotStarted(TestBroker broker) {
        write("one.camel.yaml", worker("work-one", QUEUE, "one"));
        write("two.camel.yaml", worker("other", QUEUE, "two"));
        KutengProcess run = run(broker.uri(), "work-*");
        run.awaitLine("running work-one$");
        after(run, "reload +another not started: only work-\\* are to run$", () -> {
            write("three.camel.yaml", worker("another", QUEUE, "three"));
            write("two.camel.yaml", worker("other", QUEUE, "due"));
        });
        after(run, "reload +started work-four in ", () -> write("four.camel.yaml", worker("work-four", QUEUE, "four")));
        assertEquals(2, broker.consumerCount(QUEUE));
        after(run, "reload +ended work-one in ", () -> delete("one.camel.yaml"));
        after(run, "reload +ended work-four in ", () -> delete("four.camel.yaml"));
        run.awaitLine("reload +WARN kuteng would not start like this: no route 'work-\\*'");
        assertEquals(0, broker.consumerCount(QUEUE));
    }

    /** The program has a folder of its own as its working folder. */
    @Test
    void settingsAreNotReloaded(TestBroker broker) throws Exception {
        Path properties = Files.writeString(folder.resolve("application.properties"), "says = one\nsecret = SECRET\n");
        write("one.camel.yaml", worker("one", QUEUE, "{{says}}"));
        KutengProcess run = run(broker.uri());
        run.awaitLine("Waiting for messages");
        after(
                run,
                "reload +WARN application.properties has changed \\(says, secret\\): restart kuteng to use it$",
                () -> {
                    try {
                        Files.writeString(properties, "# now\nsays = uno\nsecret = MYSTERY\n");
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
        after(run, "one +one hello0", () -> send(broker, QUEUE, "hello"));
        assertEquals(0, run.lines("MYSTERY|SECRET").size());
    }

    @Test
    void aChangeWaitsForABrokerThatIsAway(TestBroker broker) {
        write("one.camel.yaml", worker("one", QUEUE, "one"));
        try (TcpProxy proxy = TcpProxy.to(broker)) {
            KutengProcess run = run(proxy.uri());
            run.awaitLine("Waiting for messages");
            proxy.refuse();
            proxy.cut();
            run.awaitLine("one +WARN lost the connection");
            after(
                    run,
                    "reload +WARN the change waits for the broker: broker at 127.0.0.1:\\d+ is not reachable",
                    () -> write("one.camel.yaml", worker("one", QUEUE, "uno")));
            after(run, "reload +swapped one in ", proxy::accept);
            assertEquals(1, run.lines("the change waits").size());
            after(run, "one +uno hello0", () -> send(broker, QUEUE, "hello"));
        }
    }

    private static String ticker(String says) {
        return """
                - route:
                    id: ticker
                    from:
                      uri: timer:ticker
                      parameters:
                        period: 50
                      steps:
                        - log:
                            message: "%s"
                """.formatted(says);
    }

    @Test
    void switchedOffNothingIsReloaded(TestBroker broker) {
        write("ticker.camel.yaml", ticker("tick"));
        KutengProcess run = run(broker.uri(), "--set", "kuteng.reload=false");
        run.awaitLine("ticker +tick");
        write("ticker.camel.yaml", ticker("tock"));
        int before = run.lines("ticker +tick").size();
        // longer than any look at the files would take
        await().atMost(Duration.ofSeconds(30))
                .until(() -> run.lines("ticker +tick").size() > before + 60);
        assertEquals(List.of(), run.lines("tock|reload"));
    }

    @Test
    void aFolderMayGoAndComeAgain(TestBroker broker) throws IOException {
        write("ticker.camel.yaml", ticker("tick"));
        KutengProcess run = run(broker.uri());
        run.awaitLine("ticker +tick");
        Path away = folder.resolve("away");
        after(run, "reload +ERROR no route file: ", () -> move(routes, away));
        after(run, "no route has changed", () -> move(away, routes));
        after(run, "reload +swapped ticker in ", () -> write("ticker.camel.yaml", ticker("tock")));
        run.awaitLine("ticker +tock");
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
