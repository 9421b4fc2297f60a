package org.kuteng.work;

/**
 * Why work failed.
 *
 * @param cause what was thrown
 * @param routeId the route in which it was thrown
 * @param stepId the step that threw it; null if the message did not reach a step
 * @param bury whether there is to be no further attempt
 */
public record Failure(Throwable cause, String routeId, String stepId, boolean bury) {}
