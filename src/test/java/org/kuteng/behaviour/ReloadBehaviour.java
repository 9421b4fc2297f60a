package org.kuteng.behaviour;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.MessageProperties;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.kuteng.broker.Queues;
import org.kuteng.testing.KutengProcess;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.OutputLine;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;

/** Route files that are edited while the program runs, as a process. */
abstract class ReloadBehaviour {
    static final String QUEUE = "of-the-reload";
    static final String OTHER = "of-the-reload-other";

    private static final Duration SHORT_DELAY = Duration.ofMillis(100);

    /** Some hundred edits are waited for, one after another. */
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(20);

    @RegisterExtension
    final KutengProcesses kuteng = new KutengProcesses();

    @TempDir
    Path folder;

    Path routes;
    RouteFolder files;

    @BeforeEach
    void routesInAFolder() throws IOException {
        routes = Files.createDirectory(folder.resolve("routes"));
        files = new RouteFolder(routes);
    }

    @AfterEach
    void deleteQueues(TestBroker broker) {
        kuteng.killAll();
        for (String queue : List.of(QUEUE, OTHER)) {
            try {
                broker.deleteQueue(Queues.retryName(queue, SHORT_DELAY));
            } catch (UncheckedIOException e) {
                // not every test has it
            }
            WorkQueues.delete(broker, queue);
        }
    }

    final KutengProcess run(String uri, String... words) {
        String[] all = Stream.concat(Stream.of("run"), Stream.of(words)).toArray(String[]::new);
        KutengProcess process =
                kuteng.command(all).in(folder).env("KUTENG_BROKER", uri).start();
        process.awaitLine("kuteng +running ");
        return process;
    }

    static String worker(String id, String queue, String says) {
        return """
                - route:
                    id: %s
                    description: Says what it takes
                    from:
                      uri: spring-rabbitmq:default
                      parameters:
                        queues: %s
                      steps:
                        - log:
                            message: "%s ${body}"
                """.formatted(id, queue, says);
    }

    /** Waits for one line more than there were before the edit. */
    static OutputLine after(KutengProcess process, String regex, Runnable edit) {
        int before = process.lines(regex).size();
        edit.run();
        await().atMost(Duration.ofSeconds(20))
                .pollDelay(LOOK_INTERVAL)
                .pollInterval(LOOK_INTERVAL)
                .failFast(() -> assertTrue(process.isAlive(), process.toString()))
                .until(() -> process.lines(regex).size() > before);
        return process.lines(regex).get(before);
    }

    final void write(String name, String yaml) {
        files.file(name, yaml);
    }

    final void delete(String name) {
        try {
            Files.delete(routes.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As many editors save: into a file of another name, which then takes the place of the first. */
    final void replace(String name, String yaml) {
        try {
            Path fresh = Files.writeString(routes.resolve("." + name + ".swp"), yaml);
            Files.move(
                    fresh, routes.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void send(TestBroker broker, String queue, String text) {
        try (PlainClient client = broker.client()) {
            client.publish(queue, text, 1);
        }
    }

    @Test
    void onlyWhatChangedIsSwappedAndTheOthersKeepTheirConsumers(TestBroker broker) throws Exception {
        write("one.camel.yaml", worker("one", QUEUE, "one"));
        write("two.camel.yaml", worker("two", OTHER, "two") + worker("three", OTHER, "three"));
        try (WireTap wire = new WireTap(broker)) {
            KutengProcess run = run(wire.uri());
            run.awaitLine("Waiting for messages");

            long since = System.nanoTime();
            OutputLine line = after(
                    run, " reload +swapped one in \\d+ ms", () -> write("one.camel.yaml", worker("one", QUEUE, "uno")));
            System.out.printf(
                    "from save to running %d ms: %s%n",
                    Duration.ofNanos(System.nanoTime() - since).toMillis(), line.text());
            after(run, "one +uno first0", () -> send(broker, QUEUE, "first"));

            after(
                    run,
                    " swapped three in ",
                    () -> replace("two.camel.yaml", worker("two", OTHER, "two") + worker("three", OTHER, "tre")));
            after(
                    run,
                    " reload +no route has changed$",
                    () -> write(
                            "two.camel.yaml",
                            "# for people\n" + worker("two", OTHER, "two") + worker("three", OTHER, "tre")));
            assertEquals(1, wire.connectionsNamed("kuteng two"));
            assertEquals(2, wire.connectionsNamed("kuteng one"));
            assertEquals(2, wire.connectionsNamed("kuteng three"));

            // several files at once: a new one, one that is gone, one whose route has another name, and one as it was
            OutputLine all = after(run, " reload +.* in \\d+ ms", () -> {
                write("four.yml", worker("four", QUEUE, "four"));
                delete("one.camel.yaml");
                replace("two.camel.yaml", worker("two", OTHER, "two") + worker("drei", OTHER, "drei"));
            });
            assertTrue(
                    all.text()
                            .matches(
                                    ".* reload +started (four, drei|drei, four); ended (one, three|three, one) in \\d+ ms.*"),
                    all.text());
            assertEquals(1, wire.connectionsNamed("kuteng two"));
            assertEquals(1, broker.consumerCount(QUEUE));
            assertEquals(2, broker.consumerCount(OTHER));
            after(run, "four +four last0", () -> send(broker, QUEUE, "last"));
            assertEquals(List.of(), run.lines(" (WARN|ERROR) "));
        }
    }

    @Test
    void aBadEditChangesNothingAndIsToldOnce(TestBroker broker) throws Exception {
        String one = worker("one", QUEUE, "one");
        write("one.camel.yaml", one);
        write("two.camel.yaml", worker("two", OTHER, "two"));
        Map<String, String> bad = new LinkedHashMap<>();
        bad.put(one + "  - route", "one.camel.yaml:\\d+:\\d+: not valid YAML");
        bad.put(one.replace("- log:", "- lag:"), "one.camel.yaml:9:11: unknown step 'lag'");
        bad.put("", "one.camel.yaml:1:1: no route in this file");
        bad.put(one.replace("spring-rabbitmq:default", "spring-rabitmq:default"), "unknown component 'spring-rabitmq'");
        bad.put(one.replace("queues:", "prefechCount: 1\n        queues:"), "unknown option 'prefechCount'");
        bad.put(one.replace("id: one", "id: two"), "duplicate route id 'two'|'two' .*two.camel.yaml");
        bad.put(one.substring(0, one.indexOf("steps:")), "one.camel.yaml:\\d+:\\d+: .*steps");
        try (WireTap wire = new WireTap(broker)) {
            KutengProcess run = run(wire.uri());
            run.awaitLine("Waiting for messages");
            bad.forEach((yaml, fault) -> {
                after(run, " reload +WARN the change is not taken over", () -> write("one.camel.yaml", yaml));
                assertEquals(1, run.lines(" reload +ERROR .*(" + fault + ")").size(), fault + "\n" + run);
                // the same once more is no news
                write("one.camel.yaml", yaml);
                after(run, "one +one goes on", () -> send(broker, QUEUE, "goes on"));
                after(run, "no route has changed", () -> write("one.camel.yaml", one));
                assertEquals(1, run.lines(" reload +ERROR .*(" + fault + ")").size(), fault + "\n" + run);
            });
            after(run, "two +two goes on", () -> send(broker, OTHER, "goes on"));
            assertEquals(1, wire.connectionsNamed("kuteng one"));
            assertEquals(1, wire.connectionsNamed("kuteng two"));
            assertEquals(bad.size(), run.lines("the change is not taken over").size());
            // and mended it is taken over
            after(run, "swapped one in ", () -> write("one.camel.yaml", worker("one", QUEUE, "uno")));
            after(run, "one +uno mended", () -> send(broker, QUEUE, "mended"));
        }
    }

    @Test
    void workInHandIsFinishedOnceAndTheRestIsDoneByTheNewRoute(TestBroker broker) {
        files.worker("worker", QUEUE, 20, 300);
        KutengProcess run = run(broker.uri());
        run.awaitLine("Waiting for messages");
        try (PlainClient client = broker.client()) {
            client.publish(QUEUE, "message ", 30);
        }
        run.awaitLine("begins message 0");
        OutputLine line = after(run, "swapped worker in ", () -> files.worker("worker", QUEUE, 20, 0));
        System.out.println(line.text());
        // the new route may get the last message before those that the old one gave back
        await().until(() -> run.lines("has ended ").size() >= 30);
        await().until(() -> broker.readyMessages(QUEUE) == 0);
        assertEquals(30, run.lines("has ended ").size());
        assertEquals(30, run.lines("begins ").size());
        assertEquals(
                30,
                run.lines("has ended ").stream()
                        .map(ended -> ended.text().replaceFirst(".*has ended ", ""))
                        .distinct()
                        .count());
    }

    @Test
    void aRouteThatTheBrokerRefusesIsPutBack(TestBroker broker) throws Exception {
        write("one.camel.yaml", worker("one", QUEUE, "one"));
        write("two.camel.yaml", worker("two", QUEUE, "two"));
        try (PlainClient client = broker.client();
                WireTap wire = new WireTap(broker)) {
            client.declareDurable(OTHER);
            // nobody else may consume from it
            client.channel()
                    .basicConsume(
                            OTHER,
                            false,
                            "alone",
                            false,
                            true,
                            null,
                            new com.rabbitmq.client.DefaultConsumer(client.channel()));
            KutengProcess run = run(wire.uri());
            run.awaitLine("Waiting for messages");
            after(run, "reload +ERROR .*" + OTHER, () -> write("one.camel.yaml", worker("one", OTHER, "one")));
            run.awaitLine("reload +WARN the change is taken back after \\d+ ms; what ran before runs again$");
            await().until(() -> broker.consumerCount(QUEUE) == 2);
            assertEquals(1, run.lines(" ERROR ").size(), run.toString());
            assertEquals(1, wire.connectionsNamed("kuteng two"));
            after(run, "swapped one in ", () -> write("one.camel.yaml", worker("one", QUEUE, "uno")));
        }
    }

    @Test
    void aRouteConfigurationSwapsAllThatUseItAndSettingsOfARouteStillHold(TestBroker broker) throws Exception {
        String failing = """
                - route:
                    id: failing
                    from:
                      uri: spring-rabbitmq:default
                      parameters:
                        queues: %s
                      steps:
                        - throwException:
                            exceptionType: java.lang.IllegalStateException
                            message: "%s"
                """;
        String shipped = Files.readString(Path.of("routes", "failures.camel.yaml"));
        write("failures.camel.yaml", shipped);
        write("failing.camel.yaml", failing.formatted(QUEUE, "oh"));
        write("other.camel.yaml", worker("other", OTHER, "other"));
        KutengProcess run = run(broker.uri(), "--set", "kuteng.route.failing.retry.delays=100ms");
        run.awaitLine("Waiting for messages");
        after(run, "swapped failing in ", () -> write("failing.camel.yaml", failing.formatted(QUEUE, "ah")));
        send(broker, QUEUE, "fails");
        run.awaitLine("failing +WARN attempt 1 of 2 failed .*: ah; next attempt in 0.1s");
        run.awaitLine("failing +WARN attempt 2 of 2 failed .*: ah; buried in ");
        after(
                run,
                "swapped (failing, other|other, failing) in ",
                () -> write(
                        "failures.camel.yaml",
                        shipped.replace("id: retry-or-bury", "id: bury").replace("ref: retryOrBury", "ref: bury")));
        send(broker, QUEUE, "fails");
        run.awaitLine("failing +WARN attempt 1 of 2 failed .*: ah; buried in ");
    }

    private static final int MESSAGES_A_SECOND = 500;
    private static final int EDITS = 50;

    /** Ten edits after which all is as before, but for what the workers say. */
    private List<Runnable> round(KutengProcess run, int number) {
        String a = busy("a").replace("prefetchCount: 50", "prefetchCount: " + (50 + number));
        String b = busy("b").replace("prefetchCount: 50", "prefetchCount: " + (50 + number));
        String c = worker("c", QUEUE, "done" + number);
        return List.of(
                () -> after(run, "swapped a in ", () -> write("a.camel.yaml", a)),
                () -> after(run, "swapped note in ", () -> write("note.camel.yaml", note("done" + number))),
                () -> after(run, "not taken over", () -> write("b.camel.yaml", b.replace("- to:", "- too:"))),
                () -> after(run, "swapped b in ", () -> replace("b.camel.yaml", b)),
                () -> after(run, "started d; ended c in ", () -> write("c.yml", c.replace("id: c", "id: d"))),
                () -> after(run, "not taken over", () -> write("c.yml", c.substring(0, c.length() / 2))),
                () -> after(run, "started c; ended d in ", () -> write("c.yml", c)),
                () -> after(run, "ended c in ", () -> delete("c.yml")),
                () -> after(run, "started c in ", () -> replace("c.yml", c)),
                () -> after(run, "swapped .*a.* in ", () -> write("failures.camel.yaml", configuration(number))));
    }

    /** Hands its work to another route, and has several messages in hand and more of them sent ahead. */
    private static String busy(String id) {
        return """
                - route:
                    id: %s
                    from:
                      uri: spring-rabbitmq:default
                      parameters:
                        queues: %s
                        prefetchCount: 50
                        concurrentConsumers: 2
                      steps:
                        - to: direct:note
                """.formatted(id, QUEUE);
    }

    private static String note(String says) {
        return """
                - route:
                    id: note
                    from:
                      uri: direct:note
                      steps:
                        - log:
                            message: "%s ${body}"
                """.formatted(says);
    }

    private static String configuration(int number) {
        return """
                - routeConfiguration:
                    onException:
                      - onException:
                          id: failed-%d
                          exception:
                            - java.lang.Throwable
                          steps:
                            - process:
                                ref: retryOrBury
                """.formatted(number);
    }

    @Test
    void under500MessagesASecond50EditsLoseNoneAndDoNoneTwice(TestBroker broker) throws Exception {
        write("a.camel.yaml", busy("a"));
        write("b.camel.yaml", busy("b"));
        write("note.camel.yaml", note("done"));
        write("c.yml", worker("c", QUEUE, "done"));
        write("failures.camel.yaml", configuration(0));
        KutengProcess run = run(broker.uri());
        run.awaitLine("Waiting for messages");
        AtomicInteger sent = new AtomicInteger();
        ScheduledExecutorService sender = Executors.newSingleThreadScheduledExecutor();
        try (PlainClient client = broker.client()) {
            client.channel().confirmSelect();
            ScheduledFuture<?> sending = sender.scheduleAtFixedRate(
                    () -> client.publishUnconfirmed(
                            QUEUE, "message " + sent.getAndIncrement(), MessageProperties.PERSISTENT_TEXT_PLAIN),
                    0,
                    1_000_000 / MESSAGES_A_SECOND,
                    TimeUnit.MICROSECONDS);
            for (int number = 1; number <= EDITS / 10; number++) {
                round(run, number).forEach(Runnable::run);
            }
            sending.cancel(false);
            sender.shutdown();
            assertTrue(sender.awaitTermination(10, TimeUnit.SECONDS));
            client.channel().waitForConfirmsOrDie(10_000);
        } finally {
            sender.shutdownNow();
        }
        await().atMost(Duration.ofSeconds(60)).until(() -> done(run).size() >= sent.get());
        assertEquals(
                IntStream.range(0, sent.get())
                        .mapToObj(String::valueOf)
                        .sorted()
                        .toList(),
                done(run).stream().sorted().toList());
        assertEquals(0, broker.readyMessages(QUEUE));
        assertEquals(0, broker.readyMessages(Queues.redeliveredName(QUEUE)));
        List<Long> millis = run.lines("reload .* in \\d+ ms").stream()
                .map(ReloadBehaviour::millis)
                .sorted()
                .toList();
        System.out.printf(
                "%d messages, %d edits, of them %d that swapped: median %d ms, worst %d ms (%s)%n",
                sent.get(),
                EDITS,
                millis.size(),
                millis.get(millis.size() / 2),
                millis.get(millis.size() - 1),
                broker.kind());
    }

    private static long millis(OutputLine line) {
        return Long.parseLong(line.text().replaceFirst(".* in (\\d+) ms.*", "$1"));
    }

    /** Numbers of the messages that were done. */
    private static List<String> done(KutengProcess process) {
        return process.lines(" done\\d* message \\d+$").stream()
                .map(line -> line.text().replaceFirst(".* message ", ""))
                .toList();
    }
}
