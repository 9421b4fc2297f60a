package org.kuteng.app.check;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.apache.camel.StartupStep;
import org.apache.camel.support.startup.DefaultStartupStep;
import org.apache.camel.support.startup.DefaultStartupStepRecorder;

/** Listens to Camel while it makes the steps of routes, in order to know at which one it failed. */
final class CreatedSteps extends DefaultStartupStepRecorder {
    private static final String MAKES_STEPS = "ProcessorReifier";

    private final Deque<String> begun = new ArrayDeque<>();

    /** The id of the innermost step that was begun and not ended. */
    Optional<String> unfinished() {
        return Optional.ofNullable(begun.peek());
    }

    @Override
    public StartupStep beginStep(Class<?> type, String name, String description) {
        if (name == null || !type.getSimpleName().equals(MAKES_STEPS)) {
            return super.beginStep(type, name, description);
        }
        begun.push(name);
        return new DefaultStartupStep(MAKES_STEPS, name, description, begun.size(), begun.size() - 1, 0, 0);
    }

    @Override
    public void endStep(StartupStep step) {
        if (MAKES_STEPS.equals(step.getType())) {
            begun.pop();
        } else {
            super.endStep(step);
        }
    }
}
