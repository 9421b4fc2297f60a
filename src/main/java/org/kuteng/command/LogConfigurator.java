package org.kuteng.command;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The log's set-up in code, since reading it from XML takes a tenth of the time to start. A file named by
 * {@code -Dlogback.configurationFile} is taken instead.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_HIGH_PRIORITY)
public final class LogConfigurator extends ContextAwareBase implements Configurator {
    /** What of Camel speaks when something does not end in time. */
    private static final List<String> CAMEL_STOPPING = List.of(
            "DefaultShutdownStrategy",
            "DefaultAsyncProcessorAwaitManager",
            "DefaultInflightRepository",
            "BaseExecutorServiceManager");

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        if (System.getProperty("logback.configurationFile") != null) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        ConsoleLayout layout = new ConsoleLayout();
        layout.setContext(context);
        layout.start();
        LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
        encoder.setContext(context);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.setLayout(layout);
        encoder.start();
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(context);
        console.setName("console");
        console.setEncoder(encoder);
        console.start();
        context.getLogger("ROOT").addAppender(console);
        context.getLogger("ROOT").setLevel(Level.INFO);
        context.getLogger("org.apache.camel").setLevel(Level.WARN);
        // the worker says in one line what becomes of a message that failed
        // of './kuteng bench': thousands of lines that say that work failed as it was to
        context.getLogger("bench-storm").setLevel(Level.ERROR);
        context.getLogger("org.apache.camel.processor.errorhandler").setLevel(Level.OFF);
        for (String silent : List.of("FatalFallbackErrorHandler", "Resequencer", "StreamResequencer")) {
            context.getLogger("org.apache.camel.processor." + silent).setLevel(Level.OFF);
        }
        // that a file stays where it is follows from the line on its failure
        context.getLogger("org.apache.camel.component.file.GenericFileOnCompletion")
                .setLevel(Level.ERROR);
        // a failed start is explained by the command, in one line
        context.getLogger("org.apache.camel.impl.engine.AbstractCamelContext").setLevel(Level.OFF);
        // a stop says itself what it waits for, and what it does not wait for any longer; Camel would dump each message
        for (String stopping : CAMEL_STOPPING) {
            context.getLogger("org.apache.camel.impl.engine." + stopping).setLevel(Level.OFF);
        }
        context.getLogger("org.apache.qpid").setLevel(Level.WARN);
        context.getLogger("qpid.message").setLevel(Level.OFF);
        // who asked for the task is told of it as well: a client whose consumer is refused gets its 403
        context.getLogger("org.apache.qpid.server.configuration.updater.TaskExecutorImpl")
                .setLevel(Level.OFF);
        context.getLogger("org.springframework").setLevel(Level.WARN);
        // kuteng.database says in one line that the database is away, and in another that it is back
        context.getLogger("com.zaxxer.hikari").setLevel(Level.OFF);
        context.getLogger("com.rabbitmq").setLevel(Level.WARN);
        // what it says of TLS is thrown, too
        context.getLogger("com.rabbitmq.client.impl.SocketFrameHandler").setLevel(Level.OFF);
        context.getLogger("com.networknt").setLevel(Level.WARN);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}
