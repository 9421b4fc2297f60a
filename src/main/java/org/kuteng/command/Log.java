package org.kuteng.command;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

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

    /** Silences the log until what is returned is closed: for output in which a line of Camel's would be a surprise. */
    static Silence silence() {
        if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
            return () -> {};
        }
        TurboFilter nothing = new TurboFilter() {
            @Override
            public FilterReply decide(
                    Marker marker, Logger logger, Level level, String format, Object[] arguments, Throwable thrown) {
                return FilterReply.DENY;
            }
        };
        context.addTurboFilter(nothing);
        return () -> context.getTurboFilterList().remove(nothing);
    }

    /** Ends when it is closed. */
    interface Silence extends AutoCloseable {
        @Override
        void close();
    }
}
