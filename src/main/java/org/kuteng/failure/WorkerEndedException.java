package org.kuteng.failure;

/** Stands for a failure of which nothing is known but that the worker did not live to tell. */
final class WorkerEndedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WorkerEndedException(int times) {
        this("the worker ended, or lost the broker, " + times + " times with this message in hand");
    }

    private WorkerEndedException(String message) {
        super(message, null, false, false);
    }

    /** Of a message whose headers fill their frame. */
    static WorkerEndedException uncounted() {
        return new WorkerEndedException(
                "the worker ended, or lost the broker, with this message in hand, and its headers"
                        + " leave no room to count how often");
    }
}
