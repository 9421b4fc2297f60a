package org.kuteng.publish;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import java.io.IOException;
import org.kuteng.broker.Broker;
import org.kuteng.events.WorkEvents;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes messages to one channel, and finds out what became of a write that threw. Used by one thread at a time. */
final class ChannelWriter {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.publisher");

    /** Messages are held back once so many are unconfirmed on the channel: until then the broker has time for each. */
    private static final int MANY_UNCONFIRMED = 8;

    /** Messages that follow each other so soon are held back, too: more can be expected. */
    private static final long SOON_NANOS = 200_000;

    private final PublishingLink link;
    private final Channel channel;
    private final ChannelLedger ledger;
    private final WorkEvents events;
    private final boolean confirm;
    private long lastBegun;

    ChannelWriter(PublishingLink link, Channel channel, ChannelLedger ledger, Services services) {
        this.link = link;
        this.channel = channel;
        this.ledger = ledger;
        this.events = services.events();
        this.confirm = services.settings().confirm();
    }

    /** @see PublishingChannel#write */
    boolean write(Unconfirmed unconfirmed) {
        SendFailedException verdict = unconfirmed.verdict;
        if (!ledger.begin(unconfirmed)) {
            return false;
        }
        // interrupted, a virtual thread closes the socket that it writes to
        boolean interrupted = Thread.interrupted();
        try {
            OutgoingMessage message = unconfirmed.message;
            channel.basicPublish(
                    message.exchange(),
                    message.routingKey(),
                    message.mandatory(),
                    message.properties(),
                    message.body());
            send(unconfirmed);
            ledger.written(unconfirmed);
            report(message);
            return true;
        } catch (AlreadyClosedException e) {
            // nothing was written; the end has come or is about to
            if (verdict != null) {
                unconfirmed.verdict = verdict;
            }
            ledger.breakOff();
            return confirm;
        } catch (IOException e) {
            ledger.breakOff();
            link.cut("a write failed", e);
            return confirm;
        } catch (IllegalArgumentException e) {
            // thrown by the encoder, before the first byte was written
            return notEncoded(unconfirmed, e);
        } catch (Throwable e) {
            // first of all, and without an allocation: nothing more is written here until it is known what happened
            ledger.breakOff();
            return afterThrown(unconfirmed, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Sends what was written; together with others, a moment later, if nobody waits for this one, others can be expected,
     * and a connection that breaks meanwhile is told by the missing confirmation.
     */
    private void send(Unconfirmed unconfirmed) throws IOException {
        long begun = System.nanoTime();
        boolean more = begun - lastBegun < SOON_NANOS || ledger.unconfirmed() >= MANY_UNCONFIRMED;
        lastBegun = begun;
        if (more && confirm && !unconfirmed.callback.isWaitedFor()) {
            Broker.sendSoon(link.connection());
        } else {
            Broker.send(link.connection());
        }
    }

    /** What a listener throws is no failure of the write. */
    private void report(OutgoingMessage message) {
        if (events == WorkEvents.NONE) {
            return;
        }
        try {
            events.sent(message.exchange(), message.routingKey());
        } catch (Throwable e) {
            LOG.error("a message to {} was written, but not counted: {}", message.target(), e.toString(), e);
        }
    }

    private boolean afterThrown(Unconfirmed unconfirmed, Throwable thrown) {
        if (isNeverWritten(unconfirmed.message)) {
            return notEncoded(unconfirmed, thrown);
        }
        unconfirmed.writeFaults++;
        try {
            LOG.error(
                    "a write to {} ended with {}; the connection is cut, as half a frame may have been written",
                    unconfirmed.message.target(),
                    thrown.toString(),
                    thrown);
            link.cut("a write ended with " + thrown, thrown);
        } catch (Throwable e) {
            // the message has its place, and its sender must not be told of it twice: a broken channel is cut later
            LOG.debug("not cut yet", e);
        }
        return confirm;
    }

    private boolean isNeverWritten(OutgoingMessage message) {
        try {
            return Encoding.isImpossible(message, link.connection());
        } catch (Throwable e) {
            LOG.debug("nobody knows", e);
            return false;
        }
    }

    private boolean notEncoded(Unconfirmed unconfirmed, Throwable thrown) {
        if (!ledger.takeBack()) {
            return true;
        }
        String what = thrown.getMessage() == null ? thrown.getClass().getName() : thrown.getMessage();
        throw SendFailedException.notSent(unconfirmed.message, "it cannot be written in AMQP: " + what, thrown);
    }
}
