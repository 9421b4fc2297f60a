package org.kuteng.publish;

import com.rabbitmq.client.Channel;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Predicate;
import org.kuteng.events.WorkEvents;

/**
 * What the parts of a publisher share.
 *
 * @param timer for what is due later; nothing that blocks
 * @param menders a thread for each task that may block: to open channels, to send again, to declare again
 * @param flowStopped whether the broker stopped a channel
 * @param flowWatch to be called while somebody waits for a stopped channel, since nobody tells when it goes on
 */
record Services(
        PublishSettings settings,
        SendingConnection connection,
        Declarations declarations,
        Completions completions,
        WorkEvents events,
        ScheduledExecutorService timer,
        Executor menders,
        Predicate<Channel> flowStopped,
        Runnable flowWatch) {

    /** When a message that is written now is given up, in terms of {@link System#nanoTime()}. */
    long deadline() {
        return System.nanoTime() + settings.confirmTimeout().toNanos();
    }

    /** Tells senders that the broker does not have their messages: each knows its {@link Unconfirmed#verdict}. */
    void tellFailed(List<Unconfirmed> failed) {
        if (failed.isEmpty()) {
            return;
        }
        for (Unconfirmed unconfirmed : failed) {
            unconfirmed.failure = unconfirmed.verdict;
        }
        try {
            for (Unconfirmed unconfirmed : failed) {
                OutgoingMessage message = unconfirmed.message;
                events.sendFailed(message.exchange(), message.routingKey(), unconfirmed.failure.getMessage());
            }
        } finally {
            completions.tell(failed);
        }
    }
}
