package org.kuteng.rabbitmq;

import com.rabbitmq.client.Channel;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to note that a message is done, on a channel that writes nothing. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AcknowledgementsBenchmark {
    private static final int MESSAGES = 1_000;

    /** How many messages one acknowledgement stands for: without a prefetch to speak of, and with one of 250. */
    @Param({"1", "62"})
    private int most;

    private Acknowledgements acknowledgements;
    private long tag;

    /** A dynamic proxy, whose call costs some nanoseconds of its own for each acknowledgement. */
    @Setup
    public void open() {
        Channel channel = (Channel) Proxy.newProxyInstance(
                Channel.class.getClassLoader(), new Class<?>[] {Channel.class}, (proxy, method, arguments) -> null);
        acknowledgements = new Acknowledgements(channel, most, () -> {});
    }

    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public void inTurn() throws IOException {
        for (int i = 0; i < MESSAGES; i++) {
            acknowledgements.done(++tag);
        }
    }

    /** As asynchronous work ends: the second of two before the first. */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public void outOfTurn() throws IOException {
        for (int i = 0; i < MESSAGES; i += 2) {
            acknowledgements.done(tag + 2);
            acknowledgements.done(tag + 1);
            tag += 2;
        }
    }
}
