package org.kuteng.once;

import java.util.Collection;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.camel.NamedNode;
import org.apache.camel.model.MulticastDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RecipientListDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.SplitDefinition;
import org.kuteng.work.OnceOnly.Worker;

/** Refuses what cannot be protected, rather than promise it. */
final class Protection {
    private Protection() {}

    /** @throws IllegalArgumentException saying what is in the way, and what to do */
    static void check(Worker worker, OnceMode mode) {
        String setting = "kuteng.once=" + mode.name().toLowerCase(Locale.ROOT);
        if (!worker.automatic()) {
            throw new IllegalArgumentException(setting + " needs messages that are acknowledged after their work:"
                    + " set kuteng.acknowledgeMode=auto, or kuteng.once=off");
        }
        if (mode != OnceMode.JDBC) {
            return;
        }
        if (worker.asynchronous()) {
            throw new IllegalArgumentException(setting + " needs work that stays on its thread, which the transaction"
                    + " belongs to: leave asyncConsumer out and set concurrentConsumers");
        }
        if (worker.route().getRoute() instanceof RouteDefinition definition) {
            parallelSteps(definition).findFirst().ifPresent(step -> {
                throw new IllegalArgumentException(setting + ": what step '" + step.getId() + "' does in parallel"
                        + " would not belong to the transaction: leave its parallelProcessing out");
            });
        }
    }

    private static Stream<? extends NamedNode> parallelSteps(RouteDefinition route) {
        Collection<ProcessorDefinition> all =
                ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), ProcessorDefinition.class);
        return all.stream().filter(Protection::isParallel);
    }

    private static boolean isParallel(ProcessorDefinition<?> step) {
        String parallel = null;
        if (step instanceof SplitDefinition split) {
            parallel = split.getParallelProcessing();
        } else if (step instanceof MulticastDefinition multicast) {
            parallel = multicast.getParallelProcessing();
        } else if (step instanceof RecipientListDefinition<?> recipients) {
            parallel = recipients.getParallelProcessing();
        }
        return Boolean.parseBoolean(parallel);
    }
}
