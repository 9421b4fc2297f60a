package org.kuteng.app.check;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/** The components on the class path, as they describe themselves. */
final class Components {
    private static final String SERVICES = "META-INF/services/org/apache/camel/";

    private final Map<String, Optional<ComponentOptions>> known = new HashMap<>();

    /** The description of a component; empty when it is not on the class path. */
    Optional<ComponentOptions> component(String scheme) {
        return known.computeIfAbsent(scheme, Components::load);
    }

    /** Whether Camel finds a language, such as simple, on the class path. */
    boolean hasLanguage(String name) {
        return resource(SERVICES + "language/" + name) != null;
    }

    boolean hasDataFormat(String name) {
        return resource(SERVICES + "dataformat/" + name) != null;
    }

    boolean hasCircuitBreaker() {
        return resource(SERVICES + "model/CircuitBreakerDefinition") != null;
    }

    /** All schemes, for suggestions. */
    Set<String> schemes() {
        Set<String> schemes = new TreeSet<>();
        try {
            for (URL list : Collections.list(loader().getResources(SERVICES + "component.properties"))) {
                schemes.addAll(
                        Set.of(properties(list).getProperty("components", "").split("\\s+")));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the class path", e);
        }
        return schemes;
    }

    private static Optional<ComponentOptions> load(String scheme) {
        URL service = resource(SERVICES + "component/" + scheme);
        if (service == null) {
            return Optional.empty();
        }
        String type = properties(service).getProperty("class", "");
        String folder = type.substring(0, type.lastIndexOf('.') + 1).replace('.', '/');
        LazyJson json = LazyJson.resource("META-INF/" + folder + scheme + ".json");
        return Optional.of(new ComponentOptions(scheme, json));
    }

    private static Properties properties(URL file) {
        Properties properties = new Properties();
        try (InputStream in = file.openStream()) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
        return properties;
    }

    private static URL resource(String name) {
        return loader().getResource(name);
    }

    private static ClassLoader loader() {
        return Components.class.getClassLoader();
    }
}
