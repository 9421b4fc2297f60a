package org.kuteng.work;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.rabbitmq.client.Channel;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AcknowledgementsTest {
    private final List<String> written = new ArrayList<>();

    /** What the broker holds to be in hand; as strict as RabbitMQ, which closes the channel for an unknown tag. */
    private final SortedSet<Long> inHand =
            LongStream.rangeClosed(1, 1_000).boxed().collect(Collectors.toCollection(TreeSet::new));

    private final List<Long> acknowledged = new ArrayList<>();
    private int timesAsked;

    private final Channel channel = (Channel) Proxy.newProxyInstance(
            Channel.class.getClassLoader(), new Class<?>[] {Channel.class}, (proxy, method, a) -> {
                long tag = (Long) a[0];
                boolean several = (Boolean) a[1];
                written.add(method.getName() + " " + (several ? "to " : "") + tag);
                if (!inHand.contains(tag)) {
                    throw new IOException("unknown delivery tag " + tag);
                }
                SortedSet<Long> settled =
                        several ? new TreeSet<>(inHand.headSet(tag + 1)) : new TreeSet<>(Collections.singleton(tag));
                inHand.removeAll(settled);
                if (method.getName().equals("basicAck")) {
                    acknowledged.addAll(settled);
                }
                return null;
            });

    private Acknowledgements atMost(int messages) {
        return new Acknowledgements(channel, messages, () -> timesAsked++);
    }

    @Test
    void eachIsAcknowledgedAtOnceWhenNoneMayWait() throws IOException {
        Acknowledgements acknowledgements = atMost(1);

        acknowledgements.done(1);
        acknowledgements.done(2);

        assertEquals(List.of("basicAck 1", "basicAck 2"), written);
        assertEquals(0, timesAsked);
    }

    @Test
    void aFullBatchIsAcknowledgedTogether() throws IOException {
        Acknowledgements acknowledgements = atMost(3);

        for (long tag = 1; tag <= 7; tag++) {
            acknowledgements.done(tag);
        }

        assertEquals(List.of("basicAck to 3", "basicAck to 6"), written);
    }

    @Test
    void whatWaitsIsAcknowledgedInTime() throws IOException {
        Acknowledgements acknowledgements = atMost(3);
        acknowledgements.done(1);
        acknowledgements.done(2);
        assertEquals(1, timesAsked);

        acknowledgements.flushInTime();
        acknowledgements.flushInTime();

        assertEquals(List.of("basicAck to 2"), written);
        acknowledgements.done(3);
        assertEquals(2, timesAsked);
    }

    @Test
    void whatIsStillInHandIsNeverAcknowledgedWithALaterOne() throws IOException {
        Acknowledgements acknowledgements = atMost(2);

        acknowledgements.done(1);
        acknowledgements.done(3);
        acknowledgements.done(4);
        acknowledgements.flush();

        assertEquals(List.of("basicAck 3", "basicAck 4", "basicAck 1"), written);
    }

    @Test
    void batchesGoOnWhenTheLateOneIsDone() throws IOException {
        Acknowledgements acknowledgements = atMost(2);
        acknowledgements.done(2);
        acknowledgements.done(1);
        written.clear();

        acknowledgements.done(3);

        assertEquals(List.of("basicAck to 3"), written);
    }

    @Test
    void whatWasGivenBackHoldsNobodyUp() throws IOException {
        Acknowledgements acknowledgements = atMost(2);

        acknowledgements.done(1);
        acknowledgements.giveBack(2);
        acknowledgements.done(3);

        assertEquals(List.of("basicNack 2", "basicAck to 3"), written);
        assertEquals(List.of(1L, 3L), acknowledged);
    }

    @Test
    void nothingWaitsOnceItIsStopping() throws IOException {
        Acknowledgements acknowledgements = atMost(3);
        acknowledgements.done(1);

        acknowledgements.flushAlways();
        acknowledgements.done(2);

        assertEquals(List.of("basicAck 1", "basicAck 2"), written);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void whateverTheOrderJustWhatIsDoneIsAcknowledged(long seed) throws IOException {
        Random random = new Random(seed);
        Acknowledgements acknowledgements = atMost(1 + random.nextInt(20));
        List<Long> done = new ArrayList<>();
        List<Long> sentAhead = new ArrayList<>();
        for (long tag = 1; tag <= 1_000; tag++) {
            sentAhead.add(tag);
            if (sentAhead.size() < 10) {
                continue;
            }
            long chosen = sentAhead.remove(random.nextInt(3) > 0 ? 0 : random.nextInt(10));
            if (random.nextInt(10) == 0) {
                acknowledgements.giveBack(chosen);
            } else {
                // in hand at the broker until now, whatever was acknowledged before
                assertEquals(true, inHand.contains(chosen), "tag " + chosen);
                acknowledgements.done(chosen);
                done.add(chosen);
            }
        }
        acknowledgements.flush();

        Collections.sort(done);
        Collections.sort(acknowledged);
        assertEquals(done, acknowledged);
    }

    @ParameterizedTest
    @CsvSource({"0, 1, 1", "0, 7, 1", "0, 10, 2", "0, 250, 62", "0, 1000, 100", "0, 0, 100", "50, 20, 20", "1, 250, 1"})
    void aQuarterOfThePrefetchWaitsUnlessASettingSaysOtherwise(int setting, int prefetch, int messages) {
        assertEquals(messages, new AckSettings(setting, AckSettings.DEFAULT_DELAY).messagesFor(prefetch));
    }

    /** No acknowledgement of several may cover it, and what comes after it must not be noted for ever. */
    @Test
    void besidesAMessageThatIsLeftWithTheBrokerEachIsAcknowledgedAlone() throws IOException {
        Acknowledgements acknowledgements = atMost(3);
        acknowledgements.done(1);
        acknowledgements.leave();

        acknowledgements.done(3);
        acknowledgements.done(4);
        acknowledgements.giveBack(5);
        acknowledgements.flush();

        assertEquals(List.of("basicAck 3", "basicAck 4", "basicNack 5", "basicAck 1"), written);
        assertEquals(0, acknowledgements.noted());
    }
}
