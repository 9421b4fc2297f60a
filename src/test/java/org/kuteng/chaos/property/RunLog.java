package org.kuteng.chaos.property;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.FileAppender;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/** Sends what is logged meanwhile to a file: hundreds of messages fail, as they shall. */
final class RunLog implements AutoCloseable {
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Level level = root.getLevel();
    private final List<Appender<ILoggingEvent>> others = new ArrayList<>();
    private final FileAppender<ILoggingEvent> file = new FileAppender<>();

    RunLog(Path folder) {
        LoggerContext context = root.getLoggerContext();
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%d{HH:mm:ss.SSS} %-5level [%thread] %logger{20} - %msg%n");
        encoder.start();
        file.setContext(context);
        file.setAppend(false);
        file.setFile(folder.resolve("log").toString());
        file.setEncoder(encoder);
        file.start();
        root.iteratorForAppenders().forEachRemaining(others::add);
        others.forEach(root::detachAppender);
        root.addAppender(file);
        root.setLevel(Level.INFO);
    }

    @Override
    public void close() {
        root.detachAppender(file);
        file.stop();
        others.forEach(root::addAppender);
        root.setLevel(level);
    }
}
