package org.kuteng.work;

import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Route;

/**
 * Sees to it that a message has its effect once, however often it is delivered. Found in Camel's registry by its type;
 * without one every delivery is worked on.
 */
public interface OnceOnly {

    /**
     * A worker that is about to begin.
     *
     * @param route the route that it belongs to
     * @param consumers how many messages it works on at a time, at most
     * @param key what identifies a message, in Camel's simple language; null: its message-id
     * @param asynchronous whether work may end on another thread than the one that began it
     * @param automatic whether a message is acknowledged when its work is done, and not before or by the route
     */
    record Worker(Route route, int consumers, String key, boolean asynchronous, boolean automatic) {}

    /**
     * What watches over the messages of one worker.
     *
     * @return null if its route is not protected
     * @throws IllegalArgumentException if it is to be protected but cannot be: says why
     */
    Guard guard(Worker worker);

    /** Watches over the messages of one worker, which has several threads. */
    interface Guard extends AutoCloseable {

        /**
         * Takes a message's key before its work begins. Waits while another worker has a message with the same key in
         * hand.
         *
         * @return empty if the work was done before
         * @throws NotNowException if that cannot be found out at the moment
         * @throws RuntimeException if the message itself is at fault
         */
        Optional<Claim> claim(Exchange exchange, Delivery delivery) throws NotNowException, InterruptedException;

        /** The worker has ended. */
        @Override
        void close();
    }

    /** The right to do a message's work. */
    interface Claim {
        /** Of work that is not protected. */
        Claim NONE = new Claim() {
            @Override
            public void keep() {
                // there is nothing to keep
            }

            @Override
            public void giveBack() {
                // nor to give back
            }
        };

        /** Whether it may be kept only on the thread that took it. */
        default boolean isBoundToThread() {
            return false;
        }

        /**
         * The work is done: whoever comes with the same key is told so from now on.
         *
         * @throws NotNowException if it is not known whether that could be written down
         * @throws RuntimeException if the work cannot stand: it has failed
         */
        void keep() throws NotNowException;

        /**
         * The work has failed: it is as if it had never begun.
         *
         * @throws NotNowException if the work could not but fail, since what holds the claims is away
         */
        void giveBack() throws NotNowException;
    }

    /** A message cannot be worked on at the moment; it goes back to its queue, and no attempt is spent. */
    final class NotNowException extends Exception {
        private static final long serialVersionUID = 1L;

        public NotNowException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
