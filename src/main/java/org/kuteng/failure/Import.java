package org.kuteng.failure;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerException;
import org.kuteng.broker.QueueType;
import org.kuteng.broker.Queues;
import org.kuteng.broker.Topology;
import org.kuteng.publish.ConfirmedBatch;
import org.kuteng.publish.PublishSettings;

/** Puts exported dead letters back into their queues. */
public final class Import {
    /** The name of the connection. */
    private static final String SENDING = "kuteng dead, sending";

    private final Broker broker;
    private final PublishSettings settings;
    private final AtomicLong imported = new AtomicLong();
    private volatile boolean stopped;

    /**
     * How it ended.
     *
     * @param imported how many the broker has
     * @param total how many the file holds
     * @param perhapsMore how many more it may have
     * @param stopped whether {@link #stop()} ended it
     * @param failure why it ended early; null if it did not
     */
    public record Outcome(long imported, long total, long perhapsMore, boolean stopped, BrokerException failure) {}

    /** A line that is not what {@code export} writes. */
    public static final class BrokenLineException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BrokenLineException(long number, String what) {
            super("line " + number + ": " + what);
        }
    }

    private interface LineVisitor {
        boolean visit(DeadLetter letter) throws IOException, InterruptedException;
    }

    Import(Broker broker, PublishSettings settings) {
        this.broker = broker;
        this.settings = settings;
    }

    /**
     * Imports a file.
     *
     * @param into the queue to put all of it into; null: each into the queue that it lay in
     * @param type how a queue is declared that is not there
     * @throws BrokenLineException before anything is imported
     * @throws BrokerException if it could not even begin
     */
    public Outcome run(Path file, String into, QueueType type, Progress progress)
            throws IOException, InterruptedException {
        Set<String> queues = new LinkedHashSet<>();
        AtomicLong total = new AtomicLong();
        read(file, letter -> {
            queues.add(into == null ? letter.deadQueue() : into);
            total.incrementAndGet();
            return !stopped;
        });
        try (ConfirmedBatch sender =
                new ConfirmedBatch(broker, SENDING, settings, token -> imported.incrementAndGet())) {
            for (String queue : queues) {
                if (!sender.exists(queue)) {
                    sender.declare(
                            new Topology(List.of(), List.of(Queues.dead(Queues.workName(queue), type)), List.of()));
                }
            }
            AtomicLong sent = new AtomicLong();
            BrokerException failure = null;
            try {
                read(file, letter -> {
                    String queue = into == null ? letter.deadQueue() : into;
                    progress.update(sent.incrementAndGet(), total.get(), imported.get());
                    return !stopped
                            && sender.send(
                                    queue, Senders.own(letter.propertiesToBuryAgain(), broker), letter.body(), 0);
                });
                sender.awaitConfirms();
            } catch (BrokerException e) {
                failure = e;
            }
            return new Outcome(imported.get(), total.get(), sender.unconfirmed(), stopped, failure);
        }
    }

    /** Ends it early, from any thread. */
    public void stop() {
        stopped = true;
    }

    private static void read(Path file, LineVisitor visitor) throws IOException, InterruptedException {
        long number = 0;
        try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                number++;
                if (!line.isBlank() && !visitor.visit(parse(line, number))) {
                    return;
                }
            }
        } catch (CharacterCodingException e) {
            throw new BrokenLineException(number + 1, "it or one of the next is not UTF-8 text");
        }
    }

    private static DeadLetter parse(String line, long number) {
        try {
            return DeadLetterJson.read(line);
        } catch (IllegalArgumentException e) {
            throw new BrokenLineException(number, e.getMessage());
        }
    }
}
