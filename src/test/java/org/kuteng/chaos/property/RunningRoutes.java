package org.kuteng.chaos.property;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.main.Main;
import org.kuteng.app.KutengCamel;
import org.kuteng.app.Settings;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerUri;
import org.kuteng.broker.ConnectionSettings;
import org.kuteng.rabbitmq.WorkQueueComponent;

/** Route files in this JVM, in Camel as {@code kuteng run} sets it up. The only place here that knows the program. */
final class RunningRoutes implements AutoCloseable {
    private final Main main = new Main();
    private final WorkQueueComponent component;
    private final ProducerTemplate template;

    /**
     * @param folder with the route files
     * @param settings as {@code --set} gives them, placeholders included
     * @param beans what the routes refer to
     */
    RunningRoutes(Path folder, String brokerUri, Map<String, String> settings, Map<String, Object> beans) {
        Settings loaded = Settings.load(new Settings.Sources(folder, null, Map.of(), new Properties(), settings));
        component = KutengCamel.setUp(main, loaded);
        main.bind("broker", new Broker(ConnectionSettings.of(BrokerUri.parse(brokerUri))));
        beans.forEach(main::bind);
        main.configure().setRoutesIncludePattern("file:" + folder + "/*.yaml");
        main.start();
        template = main.getCamelContext().createProducerTemplate();
    }

    static Path folder(String name, String routes) {
        try {
            Path folder =
                    Files.createDirectories(Path.of("target", "property", name).toAbsolutePath());
            Files.writeString(folder.resolve("routes.camel.yaml"), routes);
            Path failures = folder.resolve("failures.camel.yaml");
            Files.deleteIfExists(failures);
            Files.copy(Path.of("routes", "failures.camel.yaml"), failures);
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ProducerTemplate template() {
        return template;
    }

    /** Ends the consumer of a route, which goes on being called started. */
    void suspend(String routeId) {
        try {
            main.getCamelContext().getRouteController().suspendRoute(routeId);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** As the program does it: the workers end their work, then the rest. */
    @Override
    public void close() {
        component.workers().stop(routeId -> true);
        main.stop();
    }
}
