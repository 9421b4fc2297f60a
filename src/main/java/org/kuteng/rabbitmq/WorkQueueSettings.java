package org.kuteng.rabbitmq;

import java.time.Duration;
import org.kuteng.broker.QueueType;
import org.kuteng.publish.PublishSettings;
import org.kuteng.work.AckSettings;
import org.kuteng.work.WorkerSettings;
import org.springframework.amqp.core.AcknowledgeMode;

/**
 * What holds for every endpoint that does not say otherwise. Found in Camel's registry by its type; without one the
 * {@link #DEFAULTS} hold.
 *
 * @param queueType how queues are declared; default durable
 * @param singleActiveConsumer whether one consumer at a time gets the messages of a queue; default false
 * @param acknowledgeMode default AUTO: after the work; NONE: the broker forgets a message when it sends it
 * @param acks how many messages are acknowledged together
 * @param confirm whether a send waits for the broker's confirmation, and is mandatory; default true
 * @param confirmTimeout how long the broker may take to confirm before the send fails; default 30 s
 * @param confirmWindow how many messages may be unconfirmed at a time; further senders wait; default 1,000
 * @param sendAgain whether what was unconfirmed when the connection broke is sent again (duplicates are possible) or
 *     fails; default true
 * @param confirmEach whether a send that is the last step of a route, or of the parts of a {@code split}, waits for its
 *     confirmation as any other does, before the worker or the split goes on; default false
 * @param stopTimeout how long a stop takes, see {@link org.kuteng.work.StopBudget}; default 25 s
 * @param virtualThreads whether workers work on virtual threads; wants Java 21 or later; default false
 */
public record WorkQueueSettings(
        QueueType queueType,
        boolean singleActiveConsumer,
        AcknowledgeMode acknowledgeMode,
        AckSettings acks,
        boolean confirm,
        Duration confirmTimeout,
        int confirmWindow,
        boolean sendAgain,
        boolean confirmEach,
        Duration stopTimeout,
        boolean virtualThreads) {

    public static final WorkQueueSettings DEFAULTS = new WorkQueueSettings(
            QueueType.DURABLE,
            false,
            AcknowledgeMode.AUTO,
            AckSettings.DEFAULTS,
            true,
            PublishSettings.DEFAULT_CONFIRM_TIMEOUT,
            PublishSettings.DEFAULT_WINDOW,
            true,
            false,
            WorkerSettings.DEFAULT_STOP_TIMEOUT,
            false);

    /** How messages are worked on. */
    WorkerSettings working() {
        return new WorkerSettings(acks, stopTimeout, virtualThreads, WorkerSettings.defaultBufferBytes());
    }

    /** How messages are sent. */
    public PublishSettings publishing() {
        return new PublishSettings(confirm, confirmTimeout, confirmWindow, sendAgain);
    }
}
