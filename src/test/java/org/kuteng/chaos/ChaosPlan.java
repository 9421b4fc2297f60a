package org.kuteng.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How much goes wrong, and on how much work.
 *
 * @param messages how many are confirmed at least
 * @param rate how many are sent in a second, by all producers together
 * @param alarm how long the memory alarm lasts
 * @param frozen how long a node is frozen
 * @param queueType what {@code kuteng.queue.type} says: durable or quorum
 * @param safe false: acknowledgements and confirmations are off, and messages get lost
 */
record ChaosPlan(
        int messages,
        int rate,
        Map<Fault, Integer> faults,
        Duration alarm,
        Duration frozen,
        String queueType,
        boolean safe) {
    private static final Duration FROZEN = Duration.ofSeconds(60);
    private static final Duration SHORTLY_FROZEN = Duration.ofSeconds(20);

    static final int PRODUCERS = 2;
    static final int WORKERS = 4;
    static final int PREFETCH = 20;
    static final int WINDOW = 100;

    /** Of a cluster. */
    private static final int NODES = 3;

    enum Fault {
        WORKER_KILL("worker killed (-9) and replaced"),
        PRODUCER_KILL("producer killed (-9) and replaced"),
        BROKER_KILL("broker killed (-9) and restarted"),
        CONNECTIONS_CUT("all connections closed"),
        MEMORY_ALARM("memory alarm"),
        LEADER_KILL("node that leads the queue killed (-9) and restarted"),
        LEADER_FROZEN("node that leads the queue frozen (SIGSTOP)"),
        ROLLING_RESTART("all nodes restarted one after another");

        final String text;

        Fault(String text) {
            this.text = text;
        }
    }

    static ChaosPlan full(int messages, double kills, String queueType, boolean safe) {
        int five = scaled(5, kills);
        Map<Fault, Integer> faults = new EnumMap<>(Map.of(
                Fault.WORKER_KILL,
                scaled(20, kills),
                Fault.PRODUCER_KILL,
                five,
                Fault.BROKER_KILL,
                five,
                Fault.CONNECTIONS_CUT,
                five,
                Fault.MEMORY_ALARM,
                kills > 0 ? 1 : 0));
        return new ChaosPlan(messages, 500, faults, Duration.ofSeconds(10), FROZEN, queueType, safe);
    }

    /** Every kind three times, on as many messages as are sent meanwhile. */
    static ChaosPlan small(boolean safe) {
        Map<Fault, Integer> faults = new EnumMap<>(Map.of(
                Fault.WORKER_KILL, 3,
                Fault.PRODUCER_KILL, 3,
                Fault.BROKER_KILL, 3,
                Fault.CONNECTIONS_CUT, 3,
                Fault.MEMORY_ALARM, 1));
        return new ChaosPlan(5_000, 200, faults, Duration.ofSeconds(2), FROZEN, "durable", safe);
    }

    /** A worker and a broker killed, without acknowledgements and confirmations. */
    static ChaosPlan smallUnsafe() {
        var kills = Map.of(Fault.WORKER_KILL, 1, Fault.BROKER_KILL, 1);
        return new ChaosPlan(1_000, 500, kills, Duration.ZERO, Duration.ZERO, "durable", false);
    }

    /** On three nodes. */
    static ChaosPlan fullCluster(int messages, double kills) {
        var faults = Map.of(
                Fault.LEADER_KILL, scaled(5, kills),
                Fault.LEADER_FROZEN, scaled(2, kills),
                Fault.ROLLING_RESTART, scaled(2, kills),
                Fault.WORKER_KILL, scaled(5, kills),
                Fault.PRODUCER_KILL, scaled(5, kills));
        return new ChaosPlan(messages, 500, faults, Duration.ZERO, FROZEN, "quorum", true);
    }

    /** On three nodes, each kind once. */
    static ChaosPlan smallCluster() {
        var faults = Map.of(Fault.LEADER_KILL, 1, Fault.LEADER_FROZEN, 1, Fault.ROLLING_RESTART, 1);
        return new ChaosPlan(3_000, 200, faults, Duration.ZERO, SHORTLY_FROZEN, "quorum", true);
    }

    private static int scaled(int number, double factor) {
        return (int) Math.round(number * factor);
    }

    /** Without protection more is sent than worked off, so that there is something to lose whenever a kill comes. */
    int workMillis() {
        return safe ? 2 : 1000 * WORKERS / rate + 2;
    }

    int count(Fault fault) {
        return faults.getOrDefault(fault, 0);
    }

    /** A fault, and after how many confirmed messages it strikes. */
    record Strike(Fault fault, int after) {}

    /** Every kind spread evenly over the messages. */
    List<Strike> strikes() {
        List<Strike> strikes = new ArrayList<>();
        // in an order of its own, since that of Map.of changes from run to run
        new TreeMap<>(faults).forEach((fault, count) -> {
            for (int i = 0; i < count; i++) {
                strikes.add(new Strike(fault, (int) (messages * (i + 0.5) / count)));
            }
        });
        strikes.sort(Comparator.comparingInt(Strike::after));
        return strikes;
    }

    /**
     * How often work may be done again: what can have been in hand, or unconfirmed, when something was killed or cut.
     * A worker takes one message more than its prefetch count, from the queue of redelivered ones.
     */
    int repetitionsAllowed() {
        int inHand = PREFETCH + 1;
        int everywhere = inHand * WORKERS + WINDOW * PRODUCERS;
        int brokenConnections = count(Fault.BROKER_KILL)
                + count(Fault.CONNECTIONS_CUT)
                + count(Fault.LEADER_KILL)
                // once when it is given up, and once when it comes back
                + 2 * count(Fault.LEADER_FROZEN)
                + NODES * count(Fault.ROLLING_RESTART);
        return inHand * count(Fault.WORKER_KILL) + everywhere * brokenConnections;
    }
}
