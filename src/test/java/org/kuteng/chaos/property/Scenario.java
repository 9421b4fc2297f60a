package org.kuteng.chaos.property;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Routes, messages and faults, all of which a seed decides.
 *
 * @param queueType what {@code kuteng.queue.type} says
 * @param source how the first messages come into the first queue
 * @param messages how many of them
 * @param failing how many of a hundred messages fail in a stage, at some attempts or at all
 * @param strange how many of a hundred first messages have properties and headers of all kinds
 */
record Scenario(
        long seed,
        String queueType,
        List<Stage> stages,
        Source source,
        int messages,
        int failing,
        int strange,
        List<Strike> strikes) {
    enum Source {
        /** A plain client, with its own confirms. */
        CLIENT,

        /** A route that sends: confirmed is what it was told to be sent. */
        ROUTE
    }

    enum Fault {
        /** All connections of the routes, by the network. */
        CUT,

        /** All connections, by the broker. */
        CLOSED,

        /** A message to an exchange that is not there ends the channel that it is sent on. */
        CHANNEL,

        /** Nothing goes through for a while. */
        FROZEN,

        /** All routes stop cleanly, and start again. */
        RESTART,

        /** The broker takes nothing for a while. */
        ALARM
    }

    /** A fault, and so long after the first message. */
    record Strike(Fault fault, Duration after) {}

    /**
     * A route and its queue.
     *
     * @param number from 1
     * @param next the queue that it sends to; null: it is the last
     * @param limit how many messages the queue takes; 0: any
     * @param retryLimit the same of the queue where failed ones wait
     * @param deadLimit the same of the queue of dead letters
     */
    record Stage(
            int number,
            Shape shape,
            String queue,
            String next,
            int consumers,
            int prefetch,
            int limit,
            int retryLimit,
            int deadLimit) {
        String routeId() {
            return "stage-" + number;
        }

        String bean(String name) {
            return name + "-" + number;
        }

        String dead() {
            return queue + ".dead";
        }

        List<String> children(String id) {
            return shape.children(id);
        }

        boolean isFull() {
            return limit + retryLimit + deadLimit > 0;
        }
    }

    /** Whether something may be done twice, whatever the script says. */
    boolean isDisturbed() {
        // a send to what is not there ends the channel on which others send as well
        return !strikes.isEmpty() || stages.stream().anyMatch(stage -> stage.isFull() || stage.shape() == Shape.TRY);
    }

    /** The stage that takes a message with this id: each has added one part. */
    Stage stageOf(String id) {
        int number = (int) id.chars().filter(c -> c == '.').count() + 1;
        return stages.get(number - 1);
    }

    /** Placeholders of the routes, and settings. */
    Map<String, String> settings() {
        Map<String, String> settings = new TreeMap<>();
        settings.put("kuteng.queue.type", queueType);
        settings.put("kuteng.retry.delays", "100ms,200ms");
        settings.put("kuteng.confirm.timeout", "10s");
        settings.put("kuteng.stop.timeout", "10s");
        stages.forEach(stage -> {
            settings.put(stage.routeId() + ".consumers", String.valueOf(stage.consumers()));
            settings.put(stage.routeId() + ".prefetch", String.valueOf(stage.prefetch()));
        });
        return settings;
    }

    /** The route file. */
    String routes() {
        return stages.stream().map(stage -> stage.shape().routes(stage)).collect(Collectors.joining("\n"));
    }

    /** In some lines, for whoever has to understand a failure. */
    @Override
    public String toString() {
        return "seed %d: %d messages by %s, %s queues, %d %% failing, %d %% strange%n  %s%n  faults: %s"
                .formatted(
                        seed,
                        messages,
                        source,
                        queueType,
                        failing,
                        strange,
                        stages.stream()
                                .map(stage -> "%s%s %d×%d%s"
                                        .formatted(
                                                stage.queue(),
                                                stage.isFull()
                                                        ? " (limits %d, retry %d, dead %d)"
                                                                .formatted(
                                                                        stage.limit(),
                                                                        stage.retryLimit(),
                                                                        stage.deadLimit())
                                                        : "",
                                                stage.consumers(),
                                                stage.prefetch(),
                                                " " + stage.shape()))
                                .collect(Collectors.joining(" → ")),
                        strikes.isEmpty()
                                ? "none"
                                : strikes.stream()
                                        .map(strike -> strike.fault() + " after "
                                                + strike.after().toMillis() + " ms")
                                        .collect(Collectors.joining(", ")));
    }
}
