package org.kuteng.app;

import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/**
 * Tells of a further Ctrl+C or SIGTERM after the first, which the JVM does not pass on once its shutdown has begun. The
 * first one and the exit code that follows from it stay the JVM's own.
 */
final class SecondSignal {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng");

    private static final List<String> NAMES = List.of("INT", "TERM");

    /** One Ctrl+C may come twice: from the terminal, and from a parent process that passes it on. */
    private static final Duration SAME_SIGNAL = Duration.ofMillis(300);

    private SecondSignal() {}

    /** To be called when the first one has come; the action is called for each further one, on another thread. */
    static void listen(Runnable action) {
        long since = System.nanoTime();
        for (String name : NAMES) {
            try {
                Signal.handle(new Signal(name), signal -> {
                    if (System.nanoTime() - since >= SAME_SIGNAL.toNanos()) {
                        action.run();
                    }
                });
            } catch (IllegalArgumentException e) {
                LOG.debug("a further SIG{} is not noticed: {}", name, e.toString());
            }
        }
    }
}
