package org.kuteng.chaos.property;

import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.awaitility.core.ConditionFactory;
import org.kuteng.chaos.property.Scenario.Source;
import org.kuteng.chaos.property.Scenario.Stage;
import org.kuteng.chaos.property.Scenario.Strike;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TcpProxy;
import org.kuteng.testing.TestBroker;

/** One scenario, from the first message to the verdict. */
final class PropertyRun {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration LOOK = Duration.ofMillis(250);

    /** Where nothing has happened for so long, nothing happens any more. */
    private static final Duration IDLE = Duration.ofSeconds(15);

    /** For what comes late, and twice. */
    private static final Duration QUIET = Duration.ofMillis(600);

    /** How long workers may need to come back after a fault, before they count as idle. */
    private static final Duration RECOVERY = Duration.ofSeconds(3);

    private static final Duration FROZEN = Duration.ofSeconds(2);
    /** For the routes; twice what their settings grant, and some more. */
    private static final Duration STOP = Duration.ofSeconds(25);

    private static final Duration ALARM = Duration.ofSeconds(1);
    private static final int SENT_AT_A_TIME = 32;
    private static final int CONFIRM_MILLIS = 10_000;
    private static final String START = "direct:start";

    /** The pool that Java shares has one thread on two processors, and since Java 25 nothing else is used then. */
    private static final Executor THREADS = task -> {
        Thread thread = new Thread(task, "property");
        thread.setDaemon(true);
        thread.start();
    };

    private final Scenario scenario;
    private final TestBroker broker;
    private final TcpProxy proxy;
    private final Book book;
    private final Stages stages;
    private final Stranger stranger;
    private final Idleness idleness = new Idleness();
    private final Set<String> left = new HashSet<>();
    private final Path folder;
    private final String copies;
    private UnaryOperator<String> sabotageOfRoutes = routes -> routes;
    private Consumer<RunningRoutes> sabotage = running -> {};
    private volatile RunningRoutes routes;
    private volatile boolean striking;
    private volatile boolean ended;
    private volatile long lastStrike;

    PropertyRun(Scenario scenario, TestBroker broker) {
        this.scenario = scenario;
        this.broker = broker;
        this.proxy = TcpProxy.to(broker);
        Script script = new Script(scenario);
        this.book = new Book(scenario, script::mayRepeat);
        this.stages = new Stages(scenario, script, book, this::template);
        this.copies = scenario.stages().get(0).queue() + "-copies";
        this.stranger = new Stranger(scenario.seed(), copies);
        this.folder = RunningRoutes.folder(String.valueOf(scenario.seed()), scenario.routes() + start());
    }

    /** Plants a fault into the routes: what is checked here must be able to fail. */
    PropertyRun with(UnaryOperator<String> faultyRoutes) {
        this.sabotageOfRoutes = faultyRoutes;
        return this;
    }

    /** Plants a fault once the routes run. */
    PropertyRun and(Consumer<RunningRoutes> fault) {
        this.sabotage = fault;
        return this;
    }

    private String start() {
        return Yaml.route("start", START, "", Yaml.send(scenario.stages().get(0).queue()));
    }

    private ProducerTemplate template() {
        return routes.template();
    }

    Verdict run() throws Exception {
        RunningRoutes.folder(folder.getFileName().toString(), sabotageOfRoutes.apply(scenario.routes() + start()));
        try (RunLog log = new RunLog(folder)) {
            return verdict();
        } finally {
            proxy.close();
            deleteQueues();
        }
    }

    private Verdict verdict() throws Exception {
        try (PlainClient client = broker.client()) {
            client.declareDurable(copies);
        }
        limit();
        startRoutes();
        try {
            sabotage.accept(routes);
            lastStrike = System.nanoTime();
            CompletableFuture<Void> looking = CompletableFuture.runAsync(this::look, THREADS);
            CompletableFuture<Void> sending = CompletableFuture.runAsync(this::send, THREADS);
            strike();
            sending.join();
            awaitEnd();
            ended = true;
            looking.join();
        } finally {
            ended = true;
            stopRoutes();
        }
        endConnections();
        buryAll();
        takeWhatIsLeft();
        return book.verdict(left, idleness.found(), Math.max(0, count(copies) - stranger.copiesWanted()));
    }

    private void startRoutes() {
        routes = new RunningRoutes(folder, proxy.uri(), scenario.settings(), stages.beans());
    }

    /** Routes that have got stuck do not stop either; what they have in hand shows itself as stuck. */
    private void stopRoutes() {
        RunningRoutes running = routes;
        CompletableFuture.runAsync(running::close, THREADS)
                .completeOnTimeout(null, STOP.toSeconds(), TimeUnit.SECONDS)
                .exceptionally(failure -> null)
                .join();
    }

    /** Whatever is still in hand goes back to its queue. */
    private void endConnections() {
        proxy.refuse();
        for (Stage stage : scenario.stages()) {
            waiting("no consumer of " + stage.queue()).until(() -> broker.consumerCount(stage.queue()) == 0);
        }
    }

    private void limit() {
        for (Stage stage : scenario.stages()) {
            if (stage.limit() > 0) {
                broker.limit(stage.queue(), stage.limit(), Map.of());
            }
            if (stage.deadLimit() > 0) {
                broker.limit(stage.dead(), stage.deadLimit(), Map.of());
            }
            if (stage.retryLimit() > 0) {
                limitRetries(stage);
            }
        }
    }

    private void limitRetries(Stage stage) {
        if (!broker.canBeInspected() && stage.limit() == 0) {
            // there a retry queue can be declared only when the one that it leads to is there
            try (PlainClient client = broker.client()) {
                client.declareDurable(stage.queue());
            }
        }
        Map<String, Object> arguments =
                Map.of("x-message-ttl", 100, "x-dead-letter-exchange", "", "x-dead-letter-routing-key", stage.queue());
        broker.limit(stage.queue() + ".retry.100ms", stage.retryLimit(), arguments);
    }

    private void send() {
        Random random = new Random(scenario.seed());
        if (scenario.source() == Source.CLIENT) {
            for (int i = 0; i < scenario.messages(); i++) {
                sendByClient("m" + i, random.nextInt(100) < scenario.strange());
            }
        } else {
            sendByRoute();
        }
    }

    /** Again and again, if need be: the broker may close this connection too. */
    private void sendByClient(String id, boolean strange) {
        waiting("the broker confirms " + id)
                .atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .until(() -> {
                    BasicProperties properties = strange
                            ? stranger.properties(broker.canBeInspected())
                            : MessageProperties.PERSISTENT_TEXT_PLAIN;
                    try {
                        publish(id, properties);
                        book.confirmed(id);
                        return true;
                    } catch (RuntimeException | IOException e) {
                        closeClient();
                        return false;
                    }
                });
    }

    private PlainClient sender;

    private void publish(String id, BasicProperties properties) throws IOException {
        if (sender == null) {
            sender = broker.client();
            sender.channel().confirmSelect();
        }
        sender.publishUnconfirmed(scenario.stages().get(0).queue(), id, properties);
        try {
            sender.channel().waitForConfirmsOrDie(CONFIRM_MILLIS);
        } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
            throw new IOException(e);
        }
    }

    private void closeClient() {
        if (sender != null) {
            sender.close();
            sender = null;
        }
    }

    private void sendByRoute() {
        Semaphore atATime = new Semaphore(SENT_AT_A_TIME);
        for (int i = 0; i < scenario.messages(); i++) {
            String id = "m" + i;
            atATime.acquireUninterruptibly();
            try {
                template()
                        .asyncSend(START, exchange -> exchange.getMessage().setBody(id))
                        .whenComplete((exchange, failure) -> {
                            if (failure == null && !((Exchange) exchange).isFailed()) {
                                book.confirmed(id);
                            }
                            atATime.release();
                        });
            } catch (RuntimeException e) {
                // the routes are stopped just now: nobody has been told that it was sent
                atATime.release();
            }
        }
        atATime.acquireUninterruptibly(SENT_AT_A_TIME);
    }

    private void strike() {
        long begin = System.nanoTime();
        for (Strike strike : scenario.strikes()) {
            pass(begin, strike.after());
            striking = true;
            try {
                strike(strike);
            } finally {
                lastStrike = System.nanoTime();
                striking = false;
            }
        }
    }

    private void strike(Strike strike) {
        long since = System.nanoTime();
        switch (strike.fault()) {
            case CUT -> proxy.cut();
            case CLOSED -> broker.closeAllConnections();
            case CHANNEL ->
                template()
                        .asyncSend(
                                "spring-rabbitmq:" + Shape.NO_EXCHANGE + "?routingKey=nowhere",
                                exchange -> exchange.getMessage().setBody("nowhere"));
            case FROZEN -> {
                proxy.freeze();
                pass(since, FROZEN);
                proxy.thaw();
            }
            case RESTART -> {
                stopRoutes();
                startRoutes();
            }
            case ALARM -> {
                broker.memoryAlarm(true);
                pass(since, ALARM);
                broker.memoryAlarm(false);
            }
        }
    }

    /** What threads of the routes throw is for the routes to deal with. */
    private static ConditionFactory waiting(String what) {
        return await(what).dontCatchUncaughtExceptions();
    }

    private static void pass(long since, Duration time) {
        waiting("that time passes")
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(10))
                .atMost(time.plusMinutes(1))
                .until(() -> since(since).compareTo(time) >= 0);
    }

    /** Looks for idle workers and takes dead letters, as long as the scenario runs. */
    private void look() {
        while (!ended) {
            long next = System.nanoTime();
            try (PlainClient client = broker.client()) {
                for (Stage stage : scenario.stages()) {
                    long waiting = client.messages(stage.queue());
                    bury(client, stage);
                    see(stage, waiting);
                }
            } catch (RuntimeException e) {
                // the broker has closed this connection too
            }
            pass(next, LOOK);
        }
    }

    private void see(Stage stage, long waiting) {
        if (striking || since(lastStrike).compareTo(RECOVERY) < 0) {
            idleness.excuse();
            return;
        }
        // the embedded broker counts what is in hand or sent ahead as well
        int workers = broker.tellsReadyMessages() ? stage.consumers() : 1;
        idleness.see(
                stage.queue(),
                new Idleness.Sight(waiting, stages.inHand(stage), workers, stages.got(stage)),
                System.nanoTime());
    }

    /** What is noted only is taken away: the connection may end at any time. */
    private void bury(PlainClient client, Stage stage) {
        try {
            GetResponse letter = client.channel().basicGet(stage.dead(), false);
            while (letter != null) {
                book.buried(text(letter));
                client.channel().basicAck(letter.getEnvelope().getDeliveryTag(), false);
                letter = client.channel().basicGet(stage.dead(), false);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String text(GetResponse message) {
        return new String(message.getBody(), StandardCharsets.UTF_8);
    }

    private void awaitEnd() {
        long[] events = {-1, System.nanoTime(), 0};
        waiting("the end of " + scenario).pollInterval(POLL).atMost(PATIENCE).until(() -> {
            if (book.events() != events[0]) {
                events[0] = book.events();
                events[1] = System.nanoTime();
            }
            Duration quiet = since(events[1]);
            return quiet.compareTo(IDLE) > 0 || book.isSettled() && quiet.compareTo(QUIET) > 0;
        });
    }

    private void buryAll() {
        try (PlainClient client = broker.client()) {
            scenario.stages().forEach(stage -> bury(client, stage));
        }
    }

    private Stream<String> workQueues() {
        return scenario.stages().stream().flatMap(stage -> Stream.of(".retry.100ms", ".retry.200ms", ".redelivered", "")
                .map(suffix -> stage.queue() + suffix));
    }

    private void takeWhatIsLeft() {
        workQueues().forEach(queue -> {
            try (PlainClient client = broker.client()) {
                for (var got = client.get(queue); got.isPresent(); got = client.get(queue)) {
                    left.add(text(got.get()));
                }
            } catch (RuntimeException e) {
                // there is no such queue
            }
        });
    }

    private long count(String queue) {
        try (PlainClient client = broker.client()) {
            return client.messages(queue);
        }
    }

    private void deleteQueues() {
        closeClient();
        List<String> all = new ArrayList<>(workQueues().toList());
        scenario.stages().forEach(stage -> all.add(stage.dead()));
        all.add(copies);
        all.forEach(queue -> {
            try {
                broker.deleteQueue(queue);
            } catch (RuntimeException e) {
                // it is not there
            }
        });
    }

    Path folder() {
        return folder;
    }

    @Override
    public String toString() {
        return book.toString();
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
