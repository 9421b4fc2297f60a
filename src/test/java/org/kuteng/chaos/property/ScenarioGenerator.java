package org.kuteng.chaos.property;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.kuteng.chaos.property.Scenario.Fault;
import org.kuteng.chaos.property.Scenario.Source;
import org.kuteng.chaos.property.Scenario.Stage;
import org.kuteng.chaos.property.Scenario.Strike;

/** Makes a scenario of a seed: the same one of the same seed. */
final class ScenarioGenerator {
    /** How many messages come of a scenario at the most, so that it takes seconds. */
    private static final int MOST_PRODUCTS = 600;

    private static final int MOST_STAGES = 4;
    private static final int MOST_FAULTS = 3;
    private static final int[] PREFETCH = {1, 2, 5, 20, 100};

    /** One scenario in so many has neither faults nor full queues: there, nothing may be done twice. */
    private static final int UNDISTURBED = 3;

    private final Random random;
    private final long seed;
    private final boolean rabbitMQ;

    /** @param rabbitMQ whether there are queue types, and faults that only RabbitMQ can make */
    private ScenarioGenerator(long seed, boolean rabbitMQ) {
        this.seed = seed;
        // neighbouring seeds of java.util.Random begin alike
        this.random = new Random(seed * 0x9E3779B97F4A7C15L);
        this.rabbitMQ = rabbitMQ;
    }

    static Scenario of(long seed, boolean rabbitMQ) {
        return new ScenarioGenerator(seed, rabbitMQ).scenario();
    }

    private Scenario scenario() {
        boolean disturbed = random.nextInt(UNDISTURBED) > 0;
        Source source = Source.values()[random.nextInt(2)];
        List<Stage> stages = stages(disturbed, source);
        int products = stages.stream().mapToInt(stage -> stage.shape().fanOut()).reduce(1, (a, b) -> a * b);
        int messages = Math.max(20, Math.min(10 + random.nextInt(200), MOST_PRODUCTS / products));
        String type = rabbitMQ && random.nextBoolean() ? "quorum" : "durable";
        int failing = random.nextInt(4) * 8;
        int strange = random.nextInt(4) * 30;
        return new Scenario(seed, type, stages, source, messages, failing, strange, disturbed ? strikes() : List.of());
    }

    private List<Stage> stages(boolean disturbed, Source source) {
        int count = 1 + random.nextInt(MOST_STAGES);
        List<Stage> stages = new ArrayList<>();
        for (int number = 1; number <= count; number++) {
            Shape shape = shape(number == count);
            boolean full = disturbed && random.nextInt(3) == 0;
            // what a plain client sends is to be confirmed
            boolean mayBeFull = full && (number > 1 || source == Source.ROUTE);
            stages.add(new Stage(
                    number,
                    shape,
                    queue(number),
                    number == count ? null : queue(number + 1),
                    1 + random.nextInt(4),
                    prefetch(shape),
                    mayBeFull && random.nextBoolean() ? 5 + random.nextInt(20) : 0,
                    full && random.nextInt(3) == 0 ? 2 + random.nextInt(5) : 0,
                    full && random.nextInt(3) == 0 ? 2 + random.nextInt(5) : 0));
        }
        return stages;
    }

    private String queue(int number) {
        return "property-" + Long.toUnsignedString(seed, Character.MAX_RADIX) + "-" + number;
    }

    private Shape shape(boolean last) {
        while (true) {
            Shape shape = Shape.values()[random.nextInt(Shape.values().length)];
            // what sends nothing leaves nothing to do for the stages behind it
            if (last || shape.sends()) {
                return shape;
            }
        }
    }

    /** An aggregate waits for members that the prefetch count does not let in, until its time-out; that is slow enough. */
    private int prefetch(Shape shape) {
        int prefetch = PREFETCH[random.nextInt(PREFETCH.length)];
        return shape.batches() ? Math.max(20, prefetch) : prefetch;
    }

    private List<Strike> strikes() {
        Set<Fault> possible = EnumSet.allOf(Fault.class);
        if (!rabbitMQ) {
            possible.removeAll(Set.of(Fault.CLOSED, Fault.ALARM));
        }
        List<Fault> faults = new ArrayList<>(possible);
        List<Strike> strikes = new ArrayList<>();
        int count = random.nextInt(MOST_FAULTS + 1);
        for (int i = 0; i < count; i++) {
            Fault fault = faults.get(random.nextInt(faults.size()));
            strikes.add(new Strike(fault, Duration.ofMillis(50 + random.nextInt(1_500))));
        }
        strikes.sort(Comparator.comparing(Strike::after));
        return strikes;
    }
}
