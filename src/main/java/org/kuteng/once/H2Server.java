package org.kuteng.once;

import java.lang.reflect.Field;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** H2's server for the other processes of this machine, which the process starts that comes first. */
final class H2Server {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.database");

    private static final String BIND_ADDRESS = "h2.bindAddress";

    private H2Server() {}

    /** It would listen on every address of the machine. Has no effect once a class of H2 is loaded. */
    static void keepOnLoopback() {
        if (System.getProperty(BIND_ADDRESS) == null) {
            System.setProperty(BIND_ADDRESS, "127.0.0.1");
        }
    }

    /**
     * H2 closes its files when the JVM is told to end, under the work in hand; the server cannot be had without that
     * (AUTO_SERVER and DB_CLOSE_ON_EXIT=FALSE exclude each other), so it is told that it has closed them. The pool does
     * so after the work.
     */
    static void closeWithThePoolOnly() {
        try {
            Field terminated =
                    Class.forName("org.h2.engine.OnExitDatabaseCloser").getDeclaredField("terminated");
            terminated.setAccessible(true);
            terminated.setBoolean(null, true);
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.debug("H2 will close its files before the work in hand ends, which is then done again", e);
        }
    }
}
