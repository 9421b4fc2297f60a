package org.kuteng.chaos.property;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kuteng.chaos.property.Scenario.Source;
import org.kuteng.testing.TestBroker;

/**
 * Whatever a route does, a stranger sends, and breaks meanwhile: each message that was confirmed ends done or dead, none
 * of them twice without a reason, and none waits beside a worker with nothing to do.
 *
 * <p>As many scenarios as there is time for ({@value #SECONDS_PROPERTY}), others each time with
 * {@code -D}{@value #SEED_PROPERTY}{@code =any}; a failure names the seed that makes the same one again. Its routes and its log lie in {@code target/property/SEED}.
 */
abstract class RandomRoutesBehaviour {
    private static final String SEED_PROPERTY = "kuteng.test.seed";
    private static final String SECONDS_PROPERTY = "kuteng.test.seconds";

    /** The value of the seed that takes other scenarios each time. */
    private static final String ANY_SEED = "any";

    /** A build takes the same scenarios each time, as a build that fails by chance is of no use to who changed nothing. */
    private static final long FIRST_SEED = 1;

    /** So many faulty scenarios are told at once. */
    private static final int MOST_FAULTY = 3;

    /** Whether the broker is RabbitMQ. */
    abstract boolean isRabbitMQ();

    /** How long scenarios are made when nothing else is asked for. */
    abstract int seconds();

    @Test
    void everyMessageIsDoneOrDeadAndNoneWaitsBesideAnIdleWorker(TestBroker broker) throws Exception {
        String wanted = System.getProperty(SEED_PROPERTY);
        Long only = ANY_SEED.equals(wanted) ? null : Long.getLong(SEED_PROPERTY);
        long first = only != null ? only : wanted != null ? System.currentTimeMillis() % 1_000_000_000 : FIRST_SEED;
        long end = System.nanoTime()
                + Duration.ofSeconds(Integer.getInteger(SECONDS_PROPERTY, seconds()))
                        .toNanos();
        List<String> faulty = new ArrayList<>();
        long seed = first;
        do {
            check(seed, broker, faulty);
            seed++;
        } while (only == null && System.nanoTime() < end && faulty.size() < MOST_FAULTY);
        System.out.printf("%d scenarios, seeds %d to %d%n", seed - first, first, seed - 1);
        assertTrue(faulty.isEmpty(), () -> String.join("\n", faulty));
    }

    private void check(long seed, TestBroker broker, List<String> faulty) throws Exception {
        Scenario scenario = ScenarioGenerator.of(seed, isRabbitMQ());
        long begin = System.nanoTime();
        PropertyRun run = new PropertyRun(scenario, broker);
        Verdict verdict = run.run();
        System.out.printf(
                "%s%n  %s in %.1f s: %s%n",
                scenario,
                verdict.isGood() ? "good" : "FAULTY",
                (System.nanoTime() - begin) / 1e9,
                verdict.isGood() ? run : verdict.faults());
        if (!verdict.isGood()) {
            faulty.add("-D%s=%d shows it again; see %s%n%s%n  %s%n  %s"
                    .formatted(SEED_PROPERTY, seed, run.folder(), scenario, run, verdict.faults()));
        }
    }

    /** Two stages, and nothing that goes wrong. */
    private static Scenario quiet(long seed) {
        return quiet(seed, Shape.TWO);
    }

    private static Scenario quiet(long seed, Shape first) {
        String queue = "property-planted" + seed;
        return new Scenario(
                seed,
                "durable",
                List.of(
                        new Scenario.Stage(1, first, queue + "-1", queue + "-2", 2, 20, 0, 0, 0),
                        new Scenario.Stage(2, Shape.ONE, queue + "-2", null, 2, 5, 0, 0, 0)),
                Source.CLIENT,
                30,
                0,
                0,
                List.of());
    }

    private static Verdict planted(long seed, TestBroker broker, UnaryOperator<String> routes) throws Exception {
        return new PropertyRun(quiet(seed), broker).with(routes).run();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ZERO")
    void withoutAFaultNothingIsFound(Shape shape, TestBroker broker) throws Exception {
        Scenario scenario = quiet(-100 - shape.ordinal(), shape);
        assertEquals(List.of(), new PropertyRun(scenario, broker).run().faults());
    }

    @Test
    void aRouteThatDropsOneMessageIsFound(TestBroker broker) throws Exception {
        Verdict verdict = planted(
                -2, broker, routes -> instead(routes, "${exchangeProperty.id}.b", "${exchangeProperty.id}.nowhere"));

        assertEquals(30, verdict.lost().size());
        assertTrue(verdict.lost().contains("m7.b.a"));
    }

    @Test
    void aRouteThatSendsOneMessageTwiceIsFound(TestBroker broker) throws Exception {
        Verdict verdict =
                planted(-3, broker, routes -> instead(routes, "${exchangeProperty.id}.b", "${exchangeProperty.id}.a"));

        assertTrue(verdict.doubled().contains("m7.a.a"), verdict::toString);
    }

    @Test
    void aWorkerThatTakesNothingIsFound(TestBroker broker) throws Exception {
        Verdict verdict = new PropertyRun(quiet(-4), broker)
                .and(routes -> routes.suspend("stage-2"))
                .run();

        assertTrue(verdict.stuck().contains("m7.a.a"), verdict::toString);
        assertEquals(List.of(), verdict.lost());
        assertFalse(verdict.idle().isEmpty(), "messages wait beside idle workers");
    }

    private static String instead(String routes, String there, String here) {
        assertTrue(routes.contains(there), routes);
        return routes.replace(there, here);
    }
}
