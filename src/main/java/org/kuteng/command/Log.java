package org.kuteng.command;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import org.slf4j.LoggerFactory;

/** How much the log says. */
final class Log {
    private Log() {}

    /** @param verbose more lines, and stack traces */
    static void setUp(boolean verbose) {
        // under a test or another program's log there is nothing of ours to set up
        if (verbose && LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            ConsoleLayout.setVerbose(true);
            context.getLogger("kuteng").setLevel(Level.DEBUG);
            context.getLogger("org.apache.camel").setLevel(Level.INFO);
            context.getLogger("org.apache.camel.impl.engine.AbstractCamelContext")
                    .setLevel(Level.INFO);
        }
    }
}
