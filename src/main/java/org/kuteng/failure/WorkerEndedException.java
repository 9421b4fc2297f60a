package org.kuteng.failure;

/** Stands for a failure of which nothing is known but that the worker did not live to tell. */
final class WorkerEndedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WorkerEndedException(int times) {
        super(
                "the worker ended, or lost the broker, " + times + " times with this message in hand",
                null,
                false,
                false);
    }
}
