package org.kuteng.work;

import java.util.concurrent.Executor;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.kuteng.publish.SendCallback;

/**
 * Waits for the broker's answer to a send in place of the exchange that sends, which has nothing else to do: its step is
 * the last one. What the exchange belongs to is done when the broker has the message, and has failed if the broker
 * refuses it.
 */
public interface SendFollower {
    /** The exchange property that the step before a send leaves its follower in. */
    String PROPERTY = "KutengSendFollower";

    /** A send under way. */
    interface Following extends SendCallback {
        /** Nothing was sent, and the exchange says so itself. */
        void withdraw();

        @Override
        default boolean isQuick() {
            return true;
        }
    }

    /**
     * The one that waits in place of this exchange. A send asks once, before it sends.
     *
     * @return null if the exchange has to wait itself; so it has among the steps of an {@code interceptSendToEndpoint},
     *     which are not the last ones
     */
    static SendFollower take(Exchange exchange) {
        SendFollower follower = (SendFollower) exchange.removeProperty(PROPERTY);
        return follower == null || exchange.getProperty(ExchangePropertyKey.INTERCEPTED_ENDPOINT) != null
                ? null
                : follower;
    }

    /**
     * A send begins.
     *
     * @param target where to
     * @param after runs what is to follow the broker's answer and may take long
     * @return null if it cannot be followed, and the exchange has to wait itself
     */
    Following follow(String target, Executor after);
}
