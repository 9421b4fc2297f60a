/**
 * Sending: a message is written, the broker's answer is waited for without a thread, and the sender is told exactly once
 * what became of the message.
 */
package org.kuteng.publish;
