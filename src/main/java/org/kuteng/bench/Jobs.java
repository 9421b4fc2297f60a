package org.kuteng.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.kuteng.broker.QueueType;

/** Messages a second of the jobs that people have, from a queue that is filled before, or from a file, to the end. */
final class Jobs implements Measurement {
    /** The route whose work fails. */
    static final String STORM_ROUTE = "bench-storm";

    private static final Duration STORM_DELAY = Duration.ofSeconds(1);

    /** How often each message fails. */
    private static final int STORM_FAILURES = 2;

    static final String STORM_DELAYS = "1s,1s";

    /** Its rate is bounded by the delays: more would only take longer. */
    static final int STORM_MESSAGES = 5_000;

    private static final int MANY_CONSUMERS = 10;

    /** As many as the file of routes has. */
    private static final int ROUTES = 20;

    private static final int MEBI = 1024 * 1024;
    private static final List<Integer> TEXT_SIZES = List.of(MEBI, 10 * MEBI);

    /** The count begins when one in so many has arrived: until then somebody still starts. */
    private static final int STARTING_PARTS = 10;

    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private final Case of;
    private final int messages;
    private final int prefetch;
    private final byte[] body;
    private final JobContestants contestants;

    Jobs(Case of, Plan plan, int messages, JobContestants contestants) {
        this.of = of;
        this.messages = messages;
        this.prefetch = plan.prefetch(of.mode());
        this.body = new byte[of.size()];
        Arrays.fill(body, (byte) 'x');
        this.contestants = contestants;
    }

    static boolean isOfTexts(Mode mode) {
        return mode == Mode.TEXT || mode == Mode.TEXT_UNREAD;
    }

    /** @param size bytes of a message where the job has none of its own */
    static List<Case> cases(Mode mode, QueueType queue, int size) {
        return switch (mode) {
            case FORWARD -> List.of(new Case(mode, queue, size, 1), new Case(mode, queue, size, MANY_CONSUMERS));
            case DRAIN -> List.of(new Case(mode, queue, size, MANY_CONSUMERS));
            case ROUTES -> List.of(new Case(mode, queue, size, ROUTES));
            case TEXT, TEXT_UNREAD ->
                TEXT_SIZES.stream().map(each -> new Case(mode, queue, each, 1)).toList();
            default -> List.of(new Case(mode, queue, size, 1));
        };
    }

    @Override
    public Map<Metric, Double> of(Client client, BenchQueue queue) throws InterruptedException {
        double rate =
                switch (of.mode()) {
                    case FORWARD -> forward(client, queue, false);
                    case FORWARD_ASYNC -> forward(client, queue, true);
                    case FILE -> file(client, queue);
                    case SPLIT -> split(client, queue);
                    case DRAIN -> drain(client, queue);
                    case STORM -> storm(client, queue);
                    case TEXT, TEXT_UNREAD -> text(client, queue);
                    case ROUTES -> routes(client, queue);
                    default -> throw new IllegalStateException(of.mode() + " is no job");
                };
        return Map.of(Metric.RATE, rate);
    }

    private double forward(Client client, BenchQueue queue, boolean async) throws InterruptedException {
        String next = queue.another("next");
        contestants.fill(queue.name(), queue.properties(), messages, i -> body);
        Growth growth = new Growth(messages);
        Receiver.Intake intake = new Receiver.Intake(of.consumers(), prefetch, bytes -> {});
        try (Receiver forwarder = contestants.forwarder(client, queue, next, intake, async)) {
            queue.awaitDepths(next, growth);
            return growth.rate();
        }
    }

    private double file(Client client, BenchQueue queue) throws InterruptedException {
        Path folder = fileOfLines();
        try {
            return client == Client.KUTENG ? fileByRoute(queue, folder) : fileByHand(queue, folder);
        } finally {
            delete(folder);
        }
    }

    private double fileByRoute(BenchQueue queue, Path folder) throws InterruptedException {
        Growth growth = new Growth(messages);
        try (BenchCamel reader = contestants.fileReader(queue, folder)) {
            queue.awaitDepths(queue.name(), growth);
            return growth.rate();
        }
    }

    private double fileByHand(BenchQueue queue, Path folder) throws InterruptedException {
        Growth growth = new Growth(messages);
        try (Sender sender = contestants.rawSender(queue, true)) {
            Thread reader = new Thread(() -> sendLines(sender, folder), "kuteng-bench-raw-file");
            reader.setDaemon(true);
            reader.start();
            queue.awaitDepths(queue.name(), growth);
            reader.join();
            sender.awaitConfirmed();
            return growth.rate();
        }
    }

    private static void sendLines(Sender sender, Path folder) {
        try (Stream<String> lines = Files.lines(lines(folder))) {
            for (String line : (Iterable<String>) lines::iterator) {
                sender.send(line.getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Path lines(Path folder) {
        return folder.resolve("lines.txt");
    }

    private Path fileOfLines() {
        String line = new String(body, StandardCharsets.US_ASCII);
        try {
            Path folder = Files.createTempDirectory("kuteng-bench");
            Files.write(lines(folder), Collections.nCopies(messages, line));
            return folder;
        } catch (IOException e) {
            throw new BenchException("the file of lines cannot be written: " + e.getMessage(), e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Collections.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new BenchException("not deleted: " + folder, e);
        }
    }

    private double split(Client client, BenchQueue queue) throws InterruptedException {
        if (client == Client.KUTENG) {
            List<byte[]> parts = Collections.nCopies(messages, body);
            try (BenchCamel splitter = contestants.splitter(queue);
                    ProducerTemplate template = splitter.context().createProducerTemplate()) {
                long begin = System.nanoTime();
                template.requestBody("direct:bench-split", parts);
                return messages * 1e9 / (System.nanoTime() - begin);
            } catch (CamelExecutionException | IOException e) {
                throw new BenchException("the split failed: " + e.getMessage(), e);
            }
        }
        try (Sender sender = contestants.rawSender(queue, false)) {
            long begin = System.nanoTime();
            for (int i = 0; i < messages; i++) {
                sender.send(body);
            }
            sender.awaitConfirmed();
            return messages * 1e9 / (System.nanoTime() - begin);
        }
    }

    private double drain(Client client, BenchQueue queue) throws InterruptedException {
        contestants.fill(queue.name(), queue.properties(), messages, i -> body);
        StartingGate gate = new StartingGate();
        Receiver.Intake intake = new Receiver.Intake(of.consumers(), prefetch, gate);
        Processor work = exchange -> gate.accept(JobContestants.body(exchange));
        try (Receiver receiver = contestants.receiver(client, queue, intake, work)) {
            return rate(gate, messages);
        }
    }

    private double text(Client client, BenchQueue queue) throws InterruptedException {
        contestants.fill(
                queue.name(),
                queue.properties().builder().contentType("text/plain").build(),
                messages,
                i -> body);
        Arrivals arrivals = new Arrivals();
        boolean read = of.mode() == Mode.TEXT;
        Receiver.Intake intake = new Receiver.Intake(1, prefetch, bytes -> {
            if (read) {
                readText(new String(bytes, StandardCharsets.UTF_8));
            }
            arrivals.accept(bytes);
        });
        Processor work = exchange -> {
            if (read) {
                readText(exchange.getMessage().getBody(String.class));
            }
            arrivals.accept(body);
        };
        try (Receiver receiver = contestants.receiver(client, queue, intake, work)) {
            await(arrivals, messages);
            return arrivals.rate();
        }
    }

    private void readText(String text) {
        if (text.length() != of.size()) {
            throw new BenchException("a text of " + text.length() + " characters arrived", null);
        }
    }

    private static void await(Arrivals arrivals, int count) throws InterruptedException {
        if (!arrivals.await(count, PATIENCE)) {
            throw new BenchException(
                    "of " + count + " messages only " + arrivals.count() + " were done within " + PATIENCE.toSeconds()
                            + " s",
                    null);
        }
    }

    private double storm(Client client, BenchQueue queue) throws InterruptedException {
        FailingWork work = new FailingWork(STORM_FAILURES);
        try (Receiver receiver = contestants.retrier(client, queue, STORM_DELAY, prefetch, work)) {
            // the first message that fails has kuteng make the queue for retries, and waits until it is safe there
            fill(queue, 1);
            await(work.done(), 1);
            work.restart();
            fill(queue, messages);
            await(work.done(), messages);
            return work.rate();
        }
    }

    /** With messages that tell their number. */
    private void fill(BenchQueue queue, int count) throws InterruptedException {
        contestants.fill(
                queue.name(), queue.properties(), count, i -> String.valueOf(i).getBytes(StandardCharsets.UTF_8));
    }

    private double routes(Client client, BenchQueue queue) throws InterruptedException {
        List<String> queues = new ArrayList<>();
        int each = Math.max(1, messages / of.consumers());
        for (int i = 0; i < of.consumers(); i++) {
            String one = queue.another(String.valueOf(i));
            queues.add(one);
            contestants.fill(one, queue.properties(), each, number -> body);
        }
        StartingGate gate = new StartingGate();
        Receiver.Intake intake = new Receiver.Intake(of.consumers(), prefetch, gate);
        try (Receiver receiver = contestants.routes(client, queue, queues, intake)) {
            return rate(gate, each * of.consumers());
        }
    }

    private static double rate(StartingGate gate, int count) throws InterruptedException {
        gate.open();
        await(gate.arrivals(), count);
        return gate.rate();
    }

    /** How a queue fills up. */
    private static final class Growth implements BenchQueue.DepthWatcher {
        private final int wanted;
        private final long openedAt = System.nanoTime();
        private long beginsAt;
        private long beginsWith;
        private long endsAt;

        Growth(int wanted) {
            this.wanted = wanted;
        }

        @Override
        public boolean goesOn(long depth) {
            long now = System.nanoTime();
            if (beginsAt == 0 && depth >= Math.max(1, wanted / STARTING_PARTS)) {
                beginsAt = now;
                beginsWith = depth;
            }
            if (depth < wanted && now - openedAt > PATIENCE.toNanos()) {
                throw new BenchException(
                        "of " + wanted + " messages only " + depth + " arrived within " + PATIENCE.toSeconds() + " s",
                        null);
            }
            endsAt = now;
            return depth < wanted;
        }

        double rate() {
            // so few that they came between two looks
            boolean atOnce = beginsWith == wanted;
            return atOnce ? wanted * 1e9 / (endsAt - openedAt) : (wanted - beginsWith) * 1e9 / (endsAt - beginsAt);
        }
    }
}
