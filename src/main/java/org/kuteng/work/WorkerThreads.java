package org.kuteng.work;

import java.util.concurrent.ThreadFactory;

/** Makes the threads that work. They do not keep the JVM alive. */
final class WorkerThreads {
    private WorkerThreads() {}

    /**
     * For a thread with this name.
     *
     * @param virtual whether it is a thread of the JVM and not one of the system
     * @throws IllegalStateException if this JVM has no virtual threads
     */
    static ThreadFactory named(String name, boolean virtual) {
        return virtual ? virtual(name) : task -> WorkerConnection.daemon(task, name);
    }

    /** {@code Thread.ofVirtual().name(name).factory()}, which the Java that this is compiled for does not know yet. */
    private static ThreadFactory virtual(String name) {
        try {
            Class<?> builderType = Class.forName("java.lang.Thread$Builder");
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            builderType.getMethod("name", String.class).invoke(builder, name);
            return (ThreadFactory) builderType.getMethod("factory").invoke(builder);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "virtual threads need Java " + WorkerSettings.VIRTUAL_THREADS_SINCE + " or later, and this is Java "
                            + System.getProperty("java.version"),
                    e);
        }
    }
}
