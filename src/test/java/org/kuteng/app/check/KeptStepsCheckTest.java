package org.kuteng.app.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Steps with which a message would be acknowledged, or left, before it is done. */
class KeptStepsCheckTest {
    @TempDir
    Path folder;

    private List<String> warnings(String parameters, String steps) throws IOException {
        Path file = folder.resolve("worker.camel.yaml");
        Files.writeString(file, """
                - route:
                    id: worker
                    from:
                      uri: spring-rabbitmq:default
                      parameters:
                        queues: q
                %s
                      steps:
                %s
                """.formatted(
                        parameters.indent(8).stripTrailing(), steps.indent(8).stripTrailing()));
        return RouteCheck.check(List.of(file), new CheckContext(name -> Optional.empty(), Set.of("stored", "seen")))
                .stream()
                .map(Problem::toString)
                .toList();
    }

    private void assertWarned(List<String> warnings, String of) {
        assertEquals(1, warnings.size(), warnings::toString);
        assertTrue(warnings.get(0).contains("warning: ") && warnings.get(0).contains(of), warnings::toString);
    }

    private static final String BATCH = """
            - aggregate:
                correlationExpression: {constant: {expression: all}}
                aggregationStrategy: "#class:org.apache.camel.processor.aggregate.GroupedBodyAggregationStrategy"
                completionSize: 20
                %s
                steps:
                  - log: {message: "${body}"}
            """;

    @Test
    void aBatchThatIsLargerThanWhatTheWorkerMayHoldIsNeverComplete() throws IOException {
        assertWarned(warnings("prefetchCount: 4\nconcurrentConsumers: 4", BATCH.formatted("")), "is never complete");
        assertEquals(List.of(), warnings("prefetchCount: 5\nconcurrentConsumers: 4", BATCH.formatted("")));
        assertEquals(List.of(), warnings("prefetchCount: 4", BATCH.formatted("completionTimeout: 1000")));
        assertEquals(List.of(), warnings("", BATCH.formatted("")));
    }

    @Test
    void aRepositoryOfTheUsersOwnIsToldOf() throws IOException {
        assertWarned(
                warnings("", BATCH.formatted("aggregationRepository: \"#stored\"")),
                "'aggregationRepository' has them");
    }

    @Test
    void anEagerIdempotentConsumerIsToldOf() throws IOException {
        String steps = """
                - idempotentConsumer:
                    idempotentRepository: "#seen"
                    eager: %s
                    simple: {expression: "${body}"}
                    steps:
                      - log: {message: "${body}"}
                """;
        assertWarned(warnings("", steps.formatted("true")), "kuteng.once=jdbc");
        assertEquals(List.of(), warnings("", steps.formatted("false")));
    }

    @Test
    void aSlowBranchThatSharesItsUnitOfWorkIsToldOf() throws IOException {
        assertWarned(warnings("", """
                - multicast:
                    parallelProcessing: true
                    timeout: 100
                    shareUnitOfWork: true
                    steps:
                      - log: {message: "${body}"}
                """), "goes on after the time-out");
    }
}
