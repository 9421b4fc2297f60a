package org.kuteng.publish;

/**
 * Senders that wait because a queue is full.
 *
 * @param from the work queue whose work sends; null if what sends is no worker
 * @param to the queue that is full; for a named exchange the exchange and the routing key
 * @param count how many senders wait
 */
public record BlockedSender(String from, String to, int count) {}
