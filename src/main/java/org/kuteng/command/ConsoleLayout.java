package org.kuteng.command;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.kuteng.broker.BrokerUri;

/**
 * A line of the log: the time, who speaks (the id of the route, or a part of kuteng), and what. Warnings and errors say
 * so; stack traces come with {@code --verbose} only.
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
        String name = name(event.getLoggerName());
        line.append(name);
        line.append(" ".repeat(Math.max(0, NAME_WIDTH - name.length()))).append(' ');
        if (event.getLevel() != Level.INFO) {
            line.append(event.getLevel()).append(' ');
        }
        line.append(BrokerUri.masked(event.getFormattedMessage()));
        line.append(System.lineSeparator());
        if (verbose && event.getThrowableProxy() != null) {
            line.append(BrokerUri.masked(ThrowableProxyUtil.asString(event.getThrowableProxy())));
        }
        return line.toString();
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
