package org.kuteng.publish;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.impl.AMQChannel;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the broker stopped a channel ({@code channel.flow}), as the embedded broker does when a queue is full. The
 * client library knows, but does not tell: a write then waits inside it, cannot be interrupted, and spins when it is.
 * So senders ask here first, and wait outside.
 */
final class FlowControl {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.publisher");

    /** Where the library keeps it; null if this version keeps it elsewhere: then a write waits in the library. */
    private static final VarHandle STOPPED = find();

    private FlowControl() {}

    private static VarHandle find() {
        try {
            return MethodHandles.privateLookupIn(AMQChannel.class, MethodHandles.lookup())
                    .findVarHandle(AMQChannel.class, "_blockContent", boolean.class);
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.debug("the client library does not show whether a channel is stopped", e);
            return null;
        }
    }

    /** Whether this version of the client library shows it. */
    static boolean isKnown() {
        return STOPPED != null;
    }

    static boolean isStopped(Channel channel) {
        return STOPPED != null && channel instanceof AMQChannel && (boolean) STOPPED.getVolatile(channel);
    }
}
