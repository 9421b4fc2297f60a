package org.kuteng.chaos.property;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.kuteng.chaos.property.Scenario.Fault;
import org.kuteng.chaos.property.Scenario.Stage;

class ScenarioGeneratorTest {
    private static final int MANY = 500;

    private static List<Scenario> many(boolean rabbitMQ) {
        return LongStream.range(0, MANY)
                .mapToObj(seed -> ScenarioGenerator.of(seed, rabbitMQ))
                .toList();
    }

    @Test
    void aSeedMakesTheSameScenarioAgain() {
        assertEquals(ScenarioGenerator.of(7, true), ScenarioGenerator.of(7, true));
        assertEquals(
                ScenarioGenerator.of(7, true).routes(),
                ScenarioGenerator.of(7, true).routes());
        assertNotEquals(
                ScenarioGenerator.of(7, true).routes(),
                ScenarioGenerator.of(8, true).routes());
    }

    @Test
    void everyShapeAndEveryFaultComesUp() {
        Set<Shape> shapes = EnumSet.noneOf(Shape.class);
        Set<Fault> faults = EnumSet.noneOf(Fault.class);
        Set<Integer> lengths = new java.util.TreeSet<>();
        for (Scenario scenario : many(true)) {
            scenario.stages().forEach(stage -> shapes.add(stage.shape()));
            scenario.strikes().forEach(strike -> faults.add(strike.fault()));
            lengths.add(scenario.stages().size());
        }
        assertEquals(EnumSet.allOf(Shape.class), shapes);
        assertEquals(EnumSet.allOf(Fault.class), faults);
        assertEquals(Set.of(1, 2, 3, 4), lengths);
        assertTrue(many(false).stream().flatMap(s -> s.stages().stream()).anyMatch(Stage::isFull));
    }

    @Test
    void thereAreScenariosInWhichNothingMayBeDoneTwice() {
        long undisturbed = many(false).stream().filter(s -> !s.isDisturbed()).count();
        assertTrue(undisturbed > MANY / 10, undisturbed + " of " + MANY);
    }
}
