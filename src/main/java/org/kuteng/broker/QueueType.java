package org.kuteng.broker;

/** What kind of queue a work queue is: {@code kuteng.queue.type}. */
public enum QueueType {
    /** A classic queue that survives a restart of its node, with the messages that were sent as persistent. */
    DURABLE,
    /** A replicated queue: survives the loss of a node of the cluster. On the embedded broker the same as DURABLE. */
    QUORUM,
    /** A classic queue that ends with its node, as the original Go programs declare it. */
    TRANSIENT
}
