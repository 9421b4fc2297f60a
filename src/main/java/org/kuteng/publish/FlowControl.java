package org.kuteng.publish;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.impl.AMQChannel;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.Lock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the broker stopped a channel ({@code channel.flow}), as the embedded broker does when a queue is full. The
 * client library knows, but does not tell. A write then waits inside it; interrupted, it spins there with the channel's
 * lock in its hand, so that neither the broker can let the channel go on nor anybody close it. So senders ask here first
 * and wait outside, and hold the channel's lock from the question to the end of the write: the answer stays true.
 */
final class FlowControl {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.publisher");

    /** Where the library keeps it; null if this version keeps it elsewhere: then a write waits in the library. */
    private static final VarHandle STOPPED = find("_blockContent", boolean.class);

    /** What the library holds while it writes to a channel and while it takes a {@code channel.flow}; null as above. */
    private static final VarHandle LOCK = find("_channelLock", Lock.class);

    private FlowControl() {}

    private static VarHandle find(String field, Class<?> type) {
        try {
            return MethodHandles.privateLookupIn(AMQChannel.class, MethodHandles.lookup())
                    .findVarHandle(AMQChannel.class, field, type);
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.debug("the client library does not show {}", field, e);
            return null;
        }
    }

    /** Whether this version of the client library shows it. */
    static boolean isKnown() {
        return STOPPED != null && LOCK != null;
    }

    static boolean isStopped(Channel channel) {
        return STOPPED != null && channel instanceof AMQChannel && (boolean) STOPPED.getVolatile(channel);
    }

    /** While it is held, the broker's wish does not change. Null if this channel has none. */
    static Lock lock(Channel channel) {
        return LOCK != null && channel instanceof AMQChannel ? (Lock) LOCK.get(channel) : null;
    }
}
