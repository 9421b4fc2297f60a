package org.kuteng.bench;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import java.io.IOException;
import java.util.function.BooleanSupplier;

/** Acknowledges on one channel what is settled in any order, so many messages together as kuteng does. */
final class RawAcks {
    /** Room for what is settled before an older message: more than any prefetch count. */
    private static final int RING = 1 << 17;

    private static final int MASK = RING - 1;

    private final Channel channel;
    private final int together;
    private final BooleanSupplier closing;
    private final boolean[] settled = new boolean[RING];
    private long lowest = 1;
    private long acknowledged;

    /**
     * @param together at most as many as the prefetch count: with fewer settled nothing is acknowledged yet
     * @param closing whether a channel that is closed is no fault
     */
    RawAcks(Channel channel, int together, BooleanSupplier closing) {
        this.channel = channel;
        this.together = together;
        this.closing = closing;
    }

    /** One delivery tag. */
    synchronized void settle(long tag) throws IOException {
        settled[(int) tag & MASK] = true;
        acknowledge();
    }

    /** All delivery tags up to this one. */
    synchronized void settleUpTo(long tag) throws IOException {
        for (; lowest <= tag; lowest++) {
            settled[(int) lowest & MASK] = false;
        }
        acknowledge();
    }

    private void acknowledge() throws IOException {
        for (; settled[(int) lowest & MASK]; lowest++) {
            settled[(int) lowest & MASK] = false;
        }
        if (lowest - 1 - acknowledged < together) {
            return;
        }
        acknowledged = lowest - 1;
        try {
            channel.basicAck(acknowledged, true);
        } catch (AlreadyClosedException e) {
            if (!closing.getAsBoolean()) {
                throw e;
            }
        }
    }
}
