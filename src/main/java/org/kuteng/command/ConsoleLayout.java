package org.kuteng.command;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.kuteng.broker.BrokerUri;
import org.kuteng.untrusted.PlainText;

/**
 * A line of the log: the time, who speaks (the id of the route, or a part of kuteng), and what. Warnings and errors say
 * so; stack traces come with {@code --verbose} only. Control characters of what is logged are escaped, so that nobody
 * whose message is logged can write a line of their own, or give the terminal a command.
 */
final class ConsoleLayout extends LayoutBase<ILoggingEvent> {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

    /** The names of most routes fit; longer ones push the message to the right. */
    private static final int NAME_WIDTH = 12;

    private static final String OWN_PREFIX = "kuteng.";

    private static volatile boolean verbose;

    private final ZoneId zone = ZoneId.systemDefault();

    static void setVerbose(boolean on) {
        verbose = on;
    }

    @Override
    public String doLayout(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(96);
        line.append(TIME.format(Instant.ofEpochMilli(event.getTimeStamp()).atZone(zone)));
        line.append(' ');
        String name = PlainText.escaped(name(event.getLoggerName()));
        line.append(name);
        line.append(" ".repeat(Math.max(0, NAME_WIDTH - name.length()))).append(' ');
        if (event.getLevel() != Level.INFO) {
            line.append(event.getLevel()).append(' ');
        }
        // null if a logger was given null
        line.append(shown(String.valueOf(event.getFormattedMessage())));
        line.append(System.lineSeparator());
        if (verbose) {
            append(line, "", "", event.getThrowableProxy());
        }
        return line.toString();
    }

    private static String shown(String text) {
        return PlainText.escaped(BrokerUri.masked(text));
    }

    /** A stack trace as Java prints it, but that each message of an exception stays within its line. */
    private static void append(StringBuilder trace, String indent, String what, IThrowableProxy thrown) {
        if (thrown == null) {
            return;
        }
        trace.append(indent).append(what).append(shown(thrown.getClassName()));
        if (thrown.getMessage() != null) {
            trace.append(": ").append(shown(thrown.getMessage()));
        }
        trace.append(thrown.isCyclic() ? " (told above)" : "").append(System.lineSeparator());
        StackTraceElementProxy[] frames = thrown.getStackTraceElementProxyArray();
        int ownFrames = frames == null ? 0 : frames.length - thrown.getCommonFrames();
        for (int i = 0; i < ownFrames; i++) {
            trace.append(indent).append('\t').append(shown(frames[i].getSTEAsString()));
            trace.append(System.lineSeparator());
        }
        if (thrown.getCommonFrames() > 0) {
            trace.append(indent)
                    .append("\t... ")
                    .append(thrown.getCommonFrames())
                    .append(" more");
            trace.append(System.lineSeparator());
        }
        if (thrown.getSuppressed() != null) {
            for (IThrowableProxy suppressed : thrown.getSuppressed()) {
                append(trace, indent + "\t", "Suppressed: ", suppressed);
            }
        }
        append(trace, indent, "Caused by: ", thrown.getCause());
    }

    /** Our own parts by their role, classes of libraries by their simple name, routes by their whole id. */
    private static String name(String logger) {
        if (logger.startsWith(OWN_PREFIX)) {
            return logger.substring(OWN_PREFIX.length());
        }
        int dot = logger.lastIndexOf('.');
        boolean isClass = dot > 0 && dot + 1 < logger.length() && Character.isUpperCase(logger.charAt(dot + 1));
        return isClass ? logger.substring(dot + 1) : logger;
    }
}
