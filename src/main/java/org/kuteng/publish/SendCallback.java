package org.kuteng.publish;

/** Told once what became of a message. */
@FunctionalInterface
public interface SendCallback {
    /** @param failure null if the broker has the message */
    void sent(Exception failure);
}
