/**
 * What becomes of work that fails: how often it was attempted, when it is attempted again, and where it lies when it is
 * given up. Nothing of it waits in this process: retries and dead letters lie in queues of the broker.
 */
package org.kuteng.failure;
