package org.kuteng.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kuteng.bench.Client;
import org.kuteng.bench.Mode;
import org.kuteng.bench.Plan;
import org.kuteng.broker.QueueType;
import picocli.CommandLine;

class BenchOptionsTest {
    private static Plan plan(String... words) {
        BenchOptions options = new BenchOptions();
        CommandLine line = new CommandLine(CommandLine.Model.CommandSpec.forAnnotatedObject(options));
        line.parseArgs(words);
        return options.plan(line);
    }

    @Test
    void withoutOptionsTheMostTellingCasesAreMeasured() {
        Plan plan = plan();
        assertEquals(List.of(Mode.PUBLISH, Mode.CONSUME, Mode.BOTH), plan.modes());
        assertEquals(List.of(16, 1024), plan.sizes());
        assertEquals(List.of(QueueType.DURABLE), plan.queues());
        assertEquals(5, plan.rounds());
    }

    @Test
    void fullIsEverythingThatIsNotChosen() {
        Plan plan = plan("--full", "--queues", "quorum");
        assertEquals(List.of(Mode.values()), plan.modes());
        assertEquals(List.of(Client.values()), plan.clients());
        assertEquals(List.of(16, 1024, 65_536), plan.sizes());
        assertEquals(List.of(QueueType.QUORUM), plan.queues());
    }

    @Test
    void listsAndSizesAreReadAsPeopleWriteThem() {
        Plan plan = plan("--sizes", "16, 1k,64KiB,2KB,100B,16", "--modes", "both,latency", "--seconds", "0.5");
        assertEquals(List.of(16, 1_024, 65_536, 2_048, 100), plan.sizes());
        assertEquals(List.of(Mode.BOTH, Mode.LATENCY), plan.modes());
        assertEquals(Duration.ofMillis(500), plan.length());
    }

    @Test
    void oneWordStandsForAllJobs() {
        assertEquals(
                List.of(
                        Mode.CONSUME,
                        Mode.FORWARD,
                        Mode.FORWARD_ASYNC,
                        Mode.FILE,
                        Mode.SPLIT,
                        Mode.DRAIN,
                        Mode.STORM,
                        Mode.TEXT,
                        Mode.TEXT_UNREAD,
                        Mode.ROUTES),
                plan("--modes", "consume, jobs").modes());
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                arguments(
                        "--modes=pubish",
                        "--modes has 'pubish', which is none of publish, consume, both, latency, concurrency,"
                                + " forward, forward-async, file, split, drain, storm, text, text-unread, routes"
                                + " (did you mean 'publish'?)"),
                arguments(
                        "--clients=raw,",
                        "--clients has '', which is none of raw-best, raw, camel, camel-confirms, camel-confirms-64,"
                                + " kuteng"),
                arguments("--sizes=big", "--sizes has 'big', which is no number of bytes such as 16, 1k or 64KiB"),
                arguments("--sizes=8", "--sizes has '8', which is not between 16 and 16777216 bytes"),
                arguments(
                        "--queues=quorm",
                        "--queues has 'quorm', which is none of durable, quorum, transient (did you mean 'quorum'?)"),
                arguments("--rounds=0", "--rounds is 0, which is not between 1 and 1000"),
                arguments("--messages=many", "--messages is 'many', which is not a whole number"),
                arguments("--seconds=NaN", "--seconds is NaN, which is not between 0.05 and 3600"),
                arguments("--consumers=1,0", "--consumers is 0, which is not between 1 and 2000"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void aWrongValueIsNamedInOneLine(String option, String problem) {
        StringWriter err = new StringWriter();
        int code = KutengCommand.execute(
                new String[] {"bench", option}, new PrintWriter(new StringWriter()), new PrintWriter(err, true));

        assertEquals(2, code);
        assertEquals(
                "kuteng: " + problem + "; 'kuteng bench --help' shows what there is",
                err.toString().trim());
    }
}
