package org.kuteng.failure;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerException;
import org.kuteng.publish.ConfirmedBatch;
import org.kuteng.publish.PublishSettings;

/**
 * Sends dead letters to their work queues again. Each is removed only once the broker has confirmed it there, so that
 * wherever this ends none is lost; a few may then be both in the work queue and here.
 */
public final class Replay {
    /** AMQP has 16 bits for it. */
    private static final int MOST_PREFETCH = 65_535;

    /** The name of the connection. */
    private static final String SENDING = "kuteng dead, sending";

    private final Broker broker;
    private final PublishSettings settings;
    private final AtomicLong replayed = new AtomicLong();
    private final AtomicLong notRemoved = new AtomicLong();
    private DeadLetterReader reader;
    private ConfirmedBatch sender;
    private boolean stopped;

    /**
     * How it ended.
     *
     * @param replayed how many were sent and removed
     * @param left how many lie in the queue still, those that were not wanted among them
     * @param perhapsTwice how many of them may have been sent as well
     * @param stopped whether {@link #stop()} ended it
     * @param failure why it ended early; null if it did not
     */
    public record Outcome(long replayed, long left, long perhapsTwice, boolean stopped, BrokerException failure) {}

    Replay(Broker broker, PublishSettings settings) {
        this.broker = broker;
        this.settings = settings;
    }

    /**
     * Replays those of a queue that are wanted.
     *
     * @throws BrokerException if it could not even begin
     */
    public Outcome run(String deadQueue, Predicate<DeadLetter> wanted, Progress progress) throws InterruptedException {
        try (DeadLetterReader from = DeadLetterReader.open(broker, deadQueue);
                ConfirmedBatch to = new ConfirmedBatch(broker, SENDING, settings, this::confirmed)) {
            begin(from, to);
            AtomicLong looked = new AtomicLong();
            BrokerException failure = null;
            try {
                from.read(prefetch(wanted), (letter, tag) -> {
                    progress.update(looked.incrementAndGet(), from.expected(), replayed.get());
                    return !wanted.test(letter) || send(letter, tag);
                });
                to.awaitConfirms();
            } catch (BrokerException e) {
                failure = e;
            } catch (IOException e) {
                failure = new BrokerException(BrokerException.Cure.TIME, "the connection broke: " + e.getMessage(), e);
            }
            // what the broker confirmed has been acknowledged; without an answer to the last of it, it may not know
            boolean known = from.finish();
            long twice = to.unconfirmed() + notRemoved.get() + (known ? 0 : settings.window());
            long done = replayed.get();
            return new Outcome(
                    done, Math.max(0, from.expected() - done), Math.min(twice, looked.get()), stopped, failure);
        }
    }

    /**
     * Where all are acknowledged, few at a time: the embedded broker may read no acknowledgement while it sends, and
     * after a kill deliver again all that was replayed meanwhile.
     */
    private int prefetch(Predicate<DeadLetter> wanted) {
        return wanted == DeadLetters.ALL ? Math.min(2 * settings.window(), MOST_PREFETCH) : DeadLetterReader.UNLIMITED;
    }

    private synchronized void begin(DeadLetterReader from, ConfirmedBatch to) {
        reader = from;
        sender = to;
        if (stopped) {
            stop();
        }
    }

    private boolean send(DeadLetter letter, long tag) throws IOException, InterruptedException {
        if (!sender.exists(letter.workQueue())) {
            throw new BrokerException(
                    BrokerException.Cure.TIME,
                    "dead letter " + letter.id() + " belongs to queue '" + letter.workQueue()
                            + "', which does not exist; start its worker, which declares it",
                    null);
        }
        return sender.send(
                letter.workQueue(), Senders.own(letter.propertiesBeforeFailure(), broker), letter.body(), tag);
    }

    private void confirmed(long tag) {
        (reader.acknowledge(tag) ? replayed : notRemoved).incrementAndGet();
    }

    /** Ends it early, from any thread: waits for what was sent, sends no more. */
    public synchronized void stop() {
        stopped = true;
        if (sender != null) {
            sender.stop();
            reader.stop();
        }
    }
}
