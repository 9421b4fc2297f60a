package org.kuteng.bench;

import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.component.springrabbit.SpringRabbitMQComponent;
import org.apache.camel.main.Main;
import org.kuteng.app.KutengCamel;
import org.kuteng.app.Settings;
import org.kuteng.broker.Broker;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory.ConfirmType;

/** A Camel with one of the bench's routes: as kuteng runs it, or as Camel comes. */
final class BenchCamel implements AutoCloseable {
    private static final String FOLDER = "classpath:org/kuteng/bench/";

    private final Main main;
    private final CachingConnectionFactory connections;

    private BenchCamel(Main main, CachingConnectionFactory connections) {
        this.main = main;
        this.connections = connections;
    }

    /**
     * A route file, and what it refers to.
     *
     * @param values its placeholders
     * @param beans its beans, by name
     */
    record Routes(String file, Map<String, String> values, Map<String, Object> beans) {}

    /** As {@code kuteng run} does it, with the shipped file that says what becomes of failures. */
    static BenchCamel kuteng(Settings settings, Broker broker, Routes routes) {
        Main main = new Main();
        KutengCamel.setUp(main, settings);
        main.bind("broker", broker);
        return start(main, null, routes, FOLDER + "failures.camel.yaml," + FOLDER + routes.file());
    }

    /** Camel's own component on Spring's own connections, which learn nothing from kuteng but where the broker is. */
    static BenchCamel plain(Broker broker, ConfirmType confirms, Routes routes) {
        CachingConnectionFactory connections = new CachingConnectionFactory(broker.clientFactory());
        connections.setAddresses(broker.addresses());
        connections.setPublisherConfirmType(confirms);
        SpringRabbitMQComponent component = new SpringRabbitMQComponent();
        component.setConnectionFactory(connections);
        // the queue is there, and stays as it is
        component.setAutoDeclare(false);
        Main main = new Main();
        main.setDefaultPropertyPlaceholderLocation("false");
        main.configure().setJmxEnabled(false);
        main.configure().setAutoConfigurationLogSummary(false);
        main.bind("spring-rabbitmq", component);
        return start(main, connections, routes, FOLDER + routes.file());
    }

    private static BenchCamel start(Main main, CachingConnectionFactory connections, Routes routes, String files) {
        routes.values().forEach(main::addOverrideProperty);
        routes.beans().forEach(main::bind);
        main.configure().setRoutesIncludePattern(files);
        BenchCamel camel = new BenchCamel(main, connections);
        try {
            main.start();
            return camel;
        } catch (RuntimeException e) {
            camel.close();
            throw e;
        }
    }

    CamelContext context() {
        return main.getCamelContext();
    }

    @Override
    public void close() {
        main.stop();
        if (connections != null) {
            connections.destroy();
        }
    }
}
