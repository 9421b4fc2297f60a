package org.kuteng.publish;

/** Told once what became of a message. */
@FunctionalInterface
public interface SendCallback {
    /** @param failure null if the broker has the message; otherwise usually a {@link SendFailedException} */
    void sent(Exception failure);

    /**
     * Whether {@link #sent} returns at once, whatever happens: it wakes a thread, or writes a short frame to another
     * connection. Then it is called on the thread that reads from the broker, which saves a change of threads.
     */
    default boolean isQuick() {
        return false;
    }

    /**
     * Whether somebody does nothing else until it is called. The message is sent at once then, even if it costs the broker
     * more than to get it together with others.
     */
    default boolean isWaitedFor() {
        return false;
    }

    /** A callback that is {@linkplain #isQuick() quick}. */
    static SendCallback quick(SendCallback callback) {
        return new SendCallback() {
            @Override
            public void sent(Exception failure) {
                callback.sent(failure);
            }

            @Override
            public boolean isQuick() {
                return true;
            }
        };
    }
}
