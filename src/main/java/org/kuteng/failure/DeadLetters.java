package org.kuteng.failure;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Predicate;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerException;
import org.kuteng.broker.BrokerFaults;
import org.kuteng.publish.PublishSettings;

/** What can be done with dead letters. Each call has a connection of its own, and holds the letters no longer. */
public final class DeadLetters {
    /** Selects all of them. */
    public static final Predicate<DeadLetter> ALL = letter -> true;

    private final Broker broker;
    private final PublishSettings settings;

    /** Looks at a dead letter. */
    @FunctionalInterface
    public interface Visitor {
        /** @return whether to go on with the next */
        boolean visit(DeadLetter letter) throws IOException;
    }

    /**
     * What came of looking through a queue.
     *
     * @param seen how many dead letters were looked at
     * @param expected how many the queue counted; more than were seen if others hold some of them at the moment
     */
    public record Browsed(long seen, long expected) {}

    /**
     * @param confirmWindow how many messages may be unconfirmed at a time
     * @param confirmTimeout how long the broker may confirm nothing
     */
    public DeadLetters(Broker broker, int confirmWindow, Duration confirmTimeout) {
        this.broker = broker;
        this.settings = new PublishSettings(true, confirmTimeout, confirmWindow, false);
    }

    /** Whether the broker has a queue. */
    public boolean exists(String queue) {
        Connection connection = broker.open("kuteng dead", null);
        try {
            Channel channel = connection.createChannel();
            channel.queueDeclarePassive(queue);
            return true;
        } catch (IOException | ShutdownSignalException e) {
            if (BrokerFaults.replyCode(e) == AMQP.NOT_FOUND) {
                return false;
            }
            throw BrokerFaults.ofRequest("look for queue '" + queue + "'", e);
        } finally {
            connection.abort();
        }
    }

    /**
     * Shows the dead letters of a queue, one after another, and leaves them there. Only one is in memory at a time.
     *
     * @throws BrokerException if the broker is not there or has no such queue
     * @throws IOException if the visitor throws it
     */
    public Browsed browse(String deadQueue, Visitor visitor) throws IOException, InterruptedException {
        try (DeadLetterReader reader = DeadLetterReader.open(broker, deadQueue)) {
            long seen = reader.read(DeadLetterReader.UNLIMITED, (letter, tag) -> visitor.visit(letter));
            reader.finish();
            return new Browsed(seen, reader.expected());
        }
    }

    /** Sends dead letters to their work queues again. */
    public Replay replay() {
        return new Replay(broker, settings);
    }

    /** Takes hold of dead letters, to discard them or not. */
    public HeldLetters hold(String deadQueue, Predicate<DeadLetter> wanted) throws IOException, InterruptedException {
        return new HeldLetters(broker, deadQueue, wanted);
    }

    /** Writes dead letters to a file, and leaves them in their queues. */
    public Export export(Path file) throws IOException {
        return new Export(this, file);
    }

    /** Puts exported dead letters back into their queues. */
    public Import importing() {
        return new Import(broker, settings);
    }
}
