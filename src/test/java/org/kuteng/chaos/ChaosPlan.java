package org.kuteng.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How much goes wrong, and on how much work.
 *
 * @param messages how many are confirmed at least
 * @param rate how many are sent in a second, by all producers together
 * @param safe false: acknowledgements and confirmations are off, and messages get lost
 */
record ChaosPlan(int messages, int rate, Map<Fault, Integer> faults, Duration alarm, boolean safe) {
    static final int PRODUCERS = 2;
    static final int WORKERS = 4;
    static final int PREFETCH = 20;
    static final int WINDOW = 100;

    enum Fault {
        WORKER_KILL("worker killed (-9) and replaced"),
        PRODUCER_KILL("producer killed (-9) and replaced"),
        BROKER_KILL("broker killed (-9) and restarted"),
        CONNECTIONS_CUT("all connections closed"),
        MEMORY_ALARM("memory alarm");

        final String text;

        Fault(String text) {
            this.text = text;
        }
    }

    static ChaosPlan full(int messages, double kills, boolean safe) {
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
        return new ChaosPlan(messages, 500, faults, Duration.ofSeconds(10), safe);
    }

    /** Every kind three times, on as many messages as are sent meanwhile. */
    static ChaosPlan small(boolean safe) {
        Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
        for (Fault fault : Fault.values()) {
            faults.put(fault, fault == Fault.MEMORY_ALARM ? 1 : 3);
        }
        return new ChaosPlan(5_000, 200, faults, Duration.ofSeconds(2), safe);
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
        faults.forEach((fault, count) -> {
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
        return inHand * count(Fault.WORKER_KILL)
                + everywhere * (count(Fault.BROKER_KILL) + count(Fault.CONNECTIONS_CUT));
    }
}
