package org.kuteng.app.check;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.camel.util.IOHelper;
import org.apache.camel.util.StringHelper;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Kamelets that are in none of the files: Camel looks for them where {@code camel.component.kamelet.location} says, on
 * the class path when that is unset.
 */
final class KameletLibrary {
    private static final String LOCATION = "camel.component.kamelet.location";
    private static final String DEFAULT_LOCATION = "classpath:kamelets";
    private static final String CLASS_PATH = "classpath:";
    private static final String FILE = "file:";

    private final Function<String, Optional<String>> property;
    private final Map<String, Found> known = new HashMap<>();

    KameletLibrary(Function<String, Optional<String>> property) {
        this.property = property;
    }

    /**
     * @param parameters null when there is no such kamelet
     * @param isUnknowable whether a place has to be asked for it that cannot be looked into here, such as a web site
     */
    record Found(TemplateParameters parameters, boolean isUnknowable) {}

    Found find(String name) {
        return known.computeIfAbsent(name, this::look);
    }

    private Found look(String name) {
        boolean unknowable = false;
        for (String location : property.apply(LOCATION).orElse(DEFAULT_LOCATION).split(",")) {
            String folder = location.trim().replaceFirst("/+$", "");
            String file = "/" + name + ".kamelet.yaml";
            if (folder.startsWith(FILE)) {
                Path path = Path.of(folder.substring(FILE.length()) + file);
                if (Files.isRegularFile(path)) {
                    return read(() -> Files.newInputStream(path));
                }
            } else if (folder.startsWith(CLASS_PATH) || folder.indexOf(':') < 0) {
                String resource = folder.replaceFirst("^" + CLASS_PATH + "/*", "") + file;
                if (getClass().getClassLoader().getResource(resource) != null) {
                    return read(() -> getClass().getClassLoader().getResourceAsStream(resource));
                }
            } else {
                unknowable = true;
            }
        }
        return new Found(null, unknowable);
    }

    private interface Opening {
        InputStream open() throws IOException;
    }

    /** What is wrong with a kamelet of others shows itself when Camel reads it. */
    private static Found read(Opening opening) {
        try (InputStream in = opening.open()) {
            return new Compose(LoadSettings.builder().build())
                    .composeInputStream(in)
                    .map(root -> new Found(TemplateParameters.ofKamelet(root), false))
                    .orElse(new Found(null, true));
        } catch (IOException | YamlEngineException e) {
            return new Found(null, true);
        }
    }

    /** Whether a parameter has its value from application.properties or from the environment. */
    boolean isSetElsewhere(String template, String routeId, String parameter) {
        return isProperty("camel.kamelet." + template + "." + parameter)
                || routeId != null && isProperty("camel.kamelet." + template + "." + routeId + "." + parameter)
                || isProperty("camel.component.kamelet.template-properties[" + template + "]." + parameter)
                || isProperty("camel.component.kamelet.templateProperties[" + template + "]." + parameter)
                || System.getenv("CAMEL_KAMELET_" + shout(template) + "_" + shout(parameter)) != null
                || System.getenv("CAMEL_KAMELET_" + shout(dashed(template)) + "_" + shout(dashed(parameter))) != null;
    }

    private boolean isProperty(String name) {
        return property.apply(name).isPresent();
    }

    private static String dashed(String name) {
        return StringHelper.camelCaseToDash(name);
    }

    private static String shout(String name) {
        return IOHelper.normalizeEnvironmentVariable(name).toUpperCase(Locale.ROOT);
    }
}
