package org.kuteng.publish;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerKind;

/** One connection for sending, from its opening to its end, with the channels on it. */
final class PublishingLink {
    private final Connection connection;
    private final BrokerKind kind;
    private final SendingConnection owner;
    private final Set<PublishingChannel> channels = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile boolean blocked;
    private volatile ShutdownSignalException end;

    PublishingLink(Connection connection, SendingConnection owner) {
        this.connection = connection;
        this.kind = BrokerKind.of(connection);
        this.owner = owner;
    }

    /** Begins to tell the owner of the end; apart from the constructor, so that the owner knows this by then. */
    void watch() {
        Broker.gatherMessages(connection);
        connection.addBlockedListener(this::block, this::unblock);
        connection.addShutdownListener(this::end);
    }

    Connection connection() {
        return connection;
    }

    BrokerKind kind() {
        return kind;
    }

    boolean isOpen() {
        return !over.get() && connection.isOpen();
    }

    /** Whether the broker takes no messages on it, for want of memory or disk. */
    boolean isBlocked() {
        return blocked;
    }

    /** Will be told when the connection ends. */
    void add(PublishingChannel channel) {
        channels.add(channel);
        if (over.get()) {
            // it may have ended before that
            channel.end(endCause());
        }
    }

    void remove(PublishingChannel channel) {
        channels.remove(channel);
    }

    boolean hasChannels() {
        return !channels.isEmpty();
    }

    private void block(String reason) {
        blocked = true;
        owner.blocked(this, reason);
    }

    private void unblock() {
        // in this order: nothing is overdue for the time that the broker took nothing
        channels.forEach(PublishingChannel::extendDeadlines);
        blocked = false;
        owner.unblocked(this);
    }

    /**
     * Ends it without a word to the broker, since what was written last may be half a frame, or a write is stuck. Returns
     * at once.
     */
    void cut(String why, Throwable cause) {
        if (over.get()) {
            return;
        }
        Broker.cut(connection);
        ShutdownSignalException signal = new ShutdownSignalException(true, false, null, connection, why, cause);
        end(signal);
    }

    /** Ends it in good order; waits no longer than this for the broker's farewell. */
    void close(Duration patience) {
        Broker.leave(connection, patience);
        // a broker that is gone says nothing, and neither may the client library
        end(new ShutdownSignalException(
                true,
                true,
                new AMQP.Connection.Close.Builder()
                        .replyCode(AMQP.REPLY_SUCCESS)
                        .replyText("OK")
                        .build(),
                connection));
    }

    /** Once: told by the client library, or by whoever cut it. */
    private void end(ShutdownSignalException cause) {
        if (!over.compareAndSet(false, true)) {
            return;
        }
        end = cause;
        // first of all nobody writes to it any more
        owner.lost(this, cause);
        channels.forEach(channel -> channel.end(cause));
        blocked = false;
    }

    private ShutdownSignalException endCause() {
        ShutdownSignalException cause = end;
        return cause != null ? cause : new ShutdownSignalException(true, false, null, connection);
    }
}
