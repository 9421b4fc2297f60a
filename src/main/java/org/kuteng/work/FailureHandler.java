package org.kuteng.work;

import java.util.List;
import org.apache.camel.Route;
import org.kuteng.broker.QueueDefinition;
import org.kuteng.broker.QueueType;
import org.kuteng.events.Outcome;
import org.kuteng.publish.OutgoingMessage;

/**
 * Decides what becomes of messages whose work failed. Found in Camel's registry by its type; without one such a message
 * goes back to its queue.
 */
public interface FailureHandler {
    /** Under which name routes call the step that lets the work be attempted again, as often as the settings say. */
    String RETRY_OR_BURY_STEP = "retryOrBury";

    /** Under which name routes call the step that gives the message up at once. */
    String BURY_STEP = "bury";

    /**
     * The queues that it needs for a work queue from the start, besides that queue itself: those that workers consume
     * from, and those that the broker itself may move messages to.
     */
    List<QueueDefinition> queues(String workQueue, QueueType type);

    /** The queues that it needs once work of this queue has failed; declared when a message is first sent to one. */
    default List<QueueDefinition> queuesOnDemand(String workQueue) {
        return List.of();
    }

    /**
     * A message whose work failed.
     *
     * @param route the route of the worker
     */
    record FailedWork(Delivery delivery, Failure failure, Route route) {}

    /**
     * Where a message goes instead of being worked on.
     *
     * @param outcome how its work ends when it is there
     * @param why null, or why it is not worked on: the line for the log, once it is there
     */
    record Move(OutgoingMessage message, Outcome outcome, String why) {}

    /** What becomes of a message whose work failed: a message to be confirmed before the failed one is acknowledged. */
    Move afterFailure(FailedWork work);

    /**
     * What becomes of a message that the broker delivers for the second time, though no failure of its work is known:
     * its worker ended, lost the connection, or handed it back unread.
     *
     * @return null if it is simply to be worked on
     */
    Move beforeWork(Delivery delivery, Route route);

    /**
     * How a message that is handed back unread gets back, if simply giving it back would make it look as if its worker
     * had ended.
     *
     * @return null if it is simply given back
     */
    Move handBack(Delivery delivery);
}
