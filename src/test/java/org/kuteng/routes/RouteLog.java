package org.kuteng.routes;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/** What a route logs with its {@code log} steps, which write under its id. A static field of a test. */
final class RouteLog implements BeforeAllCallback, AfterAllCallback {
    private final Logger logger;
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            lines.add(event.getFormattedMessage());
        }
    };

    RouteLog(String routeId) {
        this.logger = (Logger) LoggerFactory.getLogger(routeId);
    }

    /** The lines so far, without time and name. */
    List<String> lines() {
        return List.copyOf(lines);
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        appender.start();
        logger.addAppender(appender);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        logger.detachAppender(appender);
    }
}
