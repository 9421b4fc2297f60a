package org.kuteng.publish;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** What it costs to keep a message until it is confirmed: to add it and to take it out again. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class UnconfirmedWindowBenchmark {
    private static final int MESSAGES = 1_000;

    /** How many messages the broker confirms together under load. */
    private static final int CONFIRMED_TOGETHER = 50;

    private final UnconfirmedWindow<Object> window = new UnconfirmedWindow<>(MESSAGES);
    private final Object message = new Object();
    private long number;

    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public void confirmedOneByOne(Blackhole hole) {
        long first = fill();
        for (long n = first; n <= number; n++) {
            window.settle(n, false, hole::consume);
        }
    }

    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public void confirmedTogether(Blackhole hole) {
        long first = fill();
        for (long n = first + CONFIRMED_TOGETHER - 1; n <= number; n += CONFIRMED_TOGETHER) {
            window.settle(n, true, hole::consume);
        }
    }

    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public void confirmedBackwards(Blackhole hole) {
        long first = fill();
        for (long n = number; n >= first; n--) {
            window.settle(n, false, hole::consume);
        }
    }

    private long fill() {
        long first = number + 1;
        for (int i = 0; i < MESSAGES; i++) {
            window.add(++number, message);
        }
        return first;
    }
}
