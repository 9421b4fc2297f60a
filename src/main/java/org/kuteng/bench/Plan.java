package org.kuteng.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.kuteng.broker.QueueType;

/**
 * What is measured, and how long.
 *
 * @param sizes bytes of a message's body; latency and concurrency take the first one only
 * @param rounds how often each client is measured in each case, in turn with the others
 * @param messages a measurement ends after so many, ...
 * @param length ... or after this time, whichever comes first
 * @param prefetch how many messages the broker sends ahead to a consumer
 * @param rate messages a second in latency
 * @param consumers how many concurrent consumers there are, one case each, in concurrency
 */
public record Plan(
        List<Mode> modes,
        List<Client> clients,
        List<Integer> sizes,
        List<QueueType> queues,
        int rounds,
        int messages,
        Duration length,
        int prefetch,
        int rate,
        List<Integer> consumers) {

    /**
     * Before the first round of a case each client is measured so often without being counted: in the first one the JVM
     * still takes three times as much processor time for a message, in the second one somewhat more.
     */
    public static final int WARM_UP_ROUNDS = 2;

    /** A message of a latency measurement says when it was due, and which one it is. */
    public static final int SMALLEST_SIZE = Latency.LEAST_SIZE;

    /** Less measures nothing but chance. */
    public static final double LEAST_SECONDS = 0.05;

    public static final int DEFAULT_ROUNDS = 5;
    public static final int DEFAULT_MESSAGES = 20_000;
    public static final Duration DEFAULT_LENGTH = Duration.ofSeconds(1);
    public static final int DEFAULT_PREFETCH = 250;
    public static final int DEFAULT_RATE = 1_000;
    public static final List<Integer> DEFAULT_CONSUMERS = List.of(1, 2, 4, 8, 16, 32, 64);

    /** Few enough of the largest texts to be held by any process. */
    private static final int TEXT_PREFETCH = 8;

    public Plan {
        modes = List.copyOf(modes);
        clients = List.copyOf(clients);
        sizes = List.copyOf(sizes);
        queues = List.copyOf(queues);
        consumers = List.copyOf(consumers);
    }

    /** How many messages the broker sends ahead in a mode: of large texts few. */
    public int prefetch(Mode mode) {
        return Jobs.isOfTexts(mode) ? Math.min(prefetch, TEXT_PREFETCH) : prefetch;
    }

    /** The same without some kinds of queue. */
    public Plan withQueues(List<QueueType> others) {
        return new Plan(modes, clients, sizes, others, rounds, messages, length, prefetch, rate, consumers);
    }

    /** The cases with one kind of queue, in the order in which they are measured. */
    List<Case> cases(QueueType queue) {
        List<Case> cases = new ArrayList<>();
        for (Mode mode : modes) {
            if (mode == Mode.CONCURRENCY) {
                consumers.forEach(count -> cases.add(new Case(mode, queue, sizes.get(0), count)));
            } else if (mode == Mode.LATENCY) {
                cases.add(new Case(mode, queue, sizes.get(0), 1));
            } else if (mode.isJob()) {
                Jobs.cases(mode, queue, sizes.get(0)).forEach(cases::add);
            } else {
                sizes.forEach(size -> cases.add(new Case(mode, queue, size, 1)));
            }
        }
        return cases;
    }

    /** The clients of a case. */
    List<Client> clients(Case of) {
        return clients.stream().filter(client -> client.takesPartIn(of.mode())).toList();
    }

    /** How many measurements there are in all, those without being counted among them. */
    int measurements() {
        return queues.stream()
                .flatMap(queue -> cases(queue).stream())
                .mapToInt(each -> clients(each).size() * (rounds + WARM_UP_ROUNDS))
                .sum();
    }
}
