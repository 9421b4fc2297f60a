package org.kuteng.broker;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.impl.Frame;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Reads past the bodies that are larger than this process can hold: such a message arrives with an empty body, and
 * {@link #size} knows how large it was. The client library would end the whole connection, be given the message again by
 * the broker, and end the next one. For one connection; {@link #pass} is called by its reading thread.
 */
final class LargeBodies {
    /**
     * How many messages are remembered as too large, the latest: as many as a broker sends ahead at the most, so that
     * none of them is in anybody's hands any more when it is forgotten.
     */
    private static final int REMEMBERED = 65_535;

    /** Class and method, as the first four bytes of a method frame hold them. */
    private static final int DELIVER = 60 << 16 | 60;

    private static final int GET_OK = 60 << 16 | 71;
    private static final int CHANNEL_OPEN_OK = 20 << 16 | 11;

    /** Behind class and weight in a content header. */
    private static final int SIZE_OFFSET = 4;

    private static final int ID_LENGTH = 4;

    /** What the client library ignores, except that it shows that the broker lives. */
    private static final Frame NOTHING = new Frame(AMQP.FRAME_HEARTBEAT, 0, new byte[0]);

    private record Message(int channel, long deliveryTag) {}

    private final int largest;

    /** By channel: the latest method, as the content that follows belongs to it. */
    private byte[][] methods = new byte[8][];

    /** By channel: how much of a body is still to be read past. */
    private long[] left = new long[8];

    /** On how many channels a body is being read past. */
    private int passing;

    private final Map<Message, Long> sizes = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Message, Long> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** Whether there is anything in {@link #sizes}, which guards itself. */
    private volatile boolean any;

    /** @param largest the largest body in bytes that is held */
    LargeBodies(int largest) {
        this.largest = largest;
    }

    /** How large the body was that was read past; empty if the message arrived whole. */
    OptionalLong size(int channel, long deliveryTag) {
        if (!any) {
            return OptionalLong.empty();
        }
        synchronized (sizes) {
            Long size = sizes.get(new Message(channel, deliveryTag));
            return size == null ? OptionalLong.empty() : OptionalLong.of(size);
        }
    }

    /** What the client library gets in place of this frame: nearly always the frame itself. */
    Frame pass(Frame frame) {
        switch (frame.getType()) {
            case AMQP.FRAME_METHOD -> noteMethod(frame.getChannel(), frame.getPayload());
            case AMQP.FRAME_HEADER -> {
                ByteBuffer header = ByteBuffer.wrap(frame.getPayload());
                // without a sign: the broker may say anything
                if (Long.compareUnsigned(header.getLong(SIZE_OFFSET), largest) > 0) {
                    beginToPass(frame.getChannel(), header.getLong(SIZE_OFFSET));
                    header.putLong(SIZE_OFFSET, 0);
                }
            }
            case AMQP.FRAME_BODY -> {
                if (passing > 0 && isPassing(frame.getChannel())) {
                    passOver(frame.getChannel(), frame.getPayload().length);
                    return NOTHING;
                }
            }
            default -> {
                // nothing of a message
            }
        }
        return frame;
    }

    private void noteMethod(int channel, byte[] method) {
        makeRoom(channel);
        methods[channel] = method;
        if (passing > 0 && isPassing(channel)) {
            endOfBody(channel);
        }
        if (any && id(method) == CHANNEL_OPEN_OK) {
            // a channel of the same number counts its messages from one again
            forget(channel);
        }
    }

    private void beginToPass(int channel, long size) {
        makeRoom(channel);
        deliveryTag(methods[channel]).ifPresent(tag -> {
            synchronized (sizes) {
                sizes.put(new Message(channel, tag), size);
                any = true;
            }
        });
        left[channel] = size;
        passing++;
    }

    private void passOver(int channel, int length) {
        left[channel] -= length;
        if (left[channel] == 0) {
            passing--;
        }
    }

    private void endOfBody(int channel) {
        left[channel] = 0;
        passing--;
    }

    private void forget(int channel) {
        synchronized (sizes) {
            sizes.keySet().removeIf(message -> message.channel() == channel);
            any = !sizes.isEmpty();
        }
    }

    private boolean isPassing(int channel) {
        return channel < left.length && left[channel] != 0;
    }

    /** For what is remembered of a channel. */
    private void makeRoom(int channel) {
        if (channel >= methods.length) {
            int length = Math.max(channel + 1, methods.length * 2);
            methods = Arrays.copyOf(methods, length);
            left = Arrays.copyOf(left, length);
        }
    }

    private static int id(byte[] method) {
        return method.length < ID_LENGTH ? 0 : ByteBuffer.wrap(method).getInt();
    }

    /** Empty for a message that came back to its sender. */
    private static OptionalLong deliveryTag(byte[] method) {
        if (method == null) {
            return OptionalLong.empty();
        }
        return switch (id(method)) {
            case GET_OK -> OptionalLong.of(ByteBuffer.wrap(method).getLong(ID_LENGTH));
            case DELIVER -> {
                int consumerTagLength = Byte.toUnsignedInt(method[ID_LENGTH]);
                yield OptionalLong.of(ByteBuffer.wrap(method).getLong(ID_LENGTH + 1 + consumerTagLength));
            }
            default -> OptionalLong.empty();
        };
    }
}
