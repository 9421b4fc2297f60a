package org.kuteng.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.kuteng.broker.BrokerUri;
import org.kuteng.once.DatabaseSettings;

/**
 * The values that hold, and where each came from. From weak to strong: the defaults, {@code application.properties}
 * (the one in the jar, then the one in the working folder), {@code application-PROFILE.properties} (likewise),
 * environment variables, {@code -Dkey=value}, {@code --set key=value}.
 */
public final class Settings {
    /** Where a value came from that nobody has set. */
    static final String DEFAULT_SOURCE = "default";

    private static final String PREFIX = "kuteng.";
    private static final String ENVIRONMENT_PREFIX = "KUTENG_";

    /** Environment variables that begin like a setting but belong to the launcher or to the tests. */
    private static final List<String> NOT_SETTINGS =
            List.of("KUTENG_PROFILE", "KUTENG_JAVA_OPTS", "KUTENG_HOME", "KUTENG_ARCHIVE");

    private static final String TEST_PREFIX = "KUTENG_TEST_";

    /** A value as text, and where it came from. */
    public record Value(String text, String source) {}

    private final Map<String, Value> values;
    private final List<Path> files;

    private Settings(Map<String, Value> values, List<Path> files) {
        this.values = values;
        this.files = files;
    }

    /**
     * Where values come from.
     *
     * @param folder where {@code application.properties} is looked for, besides the class path
     * @param profile null: none
     * @param arguments what {@code --set} gave
     */
    public record Sources(
            Path folder,
            String profile,
            Map<String, String> environment,
            Properties systemProperties,
            Map<String, String> arguments) {

        /** What this process was started with. */
        public static Sources ofProcess(String profile, Map<String, String> arguments) {
            String wanted = profile != null ? profile : System.getenv("KUTENG_PROFILE");
            return new Sources(Path.of(""), wanted, System.getenv(), System.getProperties(), arguments);
        }
    }

    /**
     * @throws ConfigurationException naming every unknown key and every wrong value at once, or a profile that has no
     *     file
     */
    public static Settings load(Sources sources) {
        Map<String, Value> values = new HashMap<>();
        List<String> problems = new ArrayList<>();
        List<Path> files = new ArrayList<>(List.of(sources.folder().resolve("application.properties")));
        readFiles("application.properties", sources.folder(), values);
        String profile = sources.profile();
        if (profile != null && !profile.isBlank()) {
            String file = "application-" + profile + ".properties";
            files.add(sources.folder().resolve(file));
            if (!readFiles(file, sources.folder(), values)) {
                problems.add("no profile '" + profile + "': there is no file " + file
                        + " in the working folder or in kuteng itself (which has: simple)");
            }
        }
        readEnvironment(sources.environment(), values, problems);
        sources.systemProperties().stringPropertyNames().stream()
                .filter(key -> key.startsWith(PREFIX) && !key.startsWith("kuteng.test."))
                .forEach(key -> values.put(
                        key,
                        new Value(sources.systemProperties().getProperty(key).trim(), "-D" + key)));
        sources.arguments().forEach((key, value) -> values.put(key, new Value(value.trim(), "--set")));
        validate(values, problems);
        if (!problems.isEmpty()) {
            throw new ConfigurationException(problems);
        }
        return new Settings(values, List.copyOf(files));
    }

    /** The files in the working folder that were read if they were there. */
    public List<Path> files() {
        return files;
    }

    private static boolean readFiles(String name, Path folder, Map<String, Value> values) {
        boolean found = false;
        try (InputStream in = Settings.class.getClassLoader().getResourceAsStream(name)) {
            if (in != null) {
                found = true;
                read(in, name + " (in kuteng)", values);
            }
        } catch (IOException e) {
            throw new ConfigurationException(name + " in kuteng cannot be read: " + e.getMessage());
        }
        Path file = folder.resolve(name);
        if (Files.exists(file)) {
            found = true;
            try (InputStream in = Files.newInputStream(file)) {
                read(in, file.toString(), values);
            } catch (IOException | IllegalArgumentException e) {
                throw new ConfigurationException(file + " cannot be read: " + e.getMessage());
            }
        }
        return found;
    }

    private static void read(InputStream in, String source, Map<String, Value> values) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
            properties.load(reader);
        }
        properties
                .stringPropertyNames()
                .forEach(key ->
                        values.put(key, new Value(properties.getProperty(key).trim(), source)));
    }

    private static void readEnvironment(
            Map<String, String> environment, Map<String, Value> values, List<String> problems) {
        Map<String, String> keys = new HashMap<>();
        Setting.ALL.forEach(setting -> keys.put(setting.environmentName(), setting.key()));
        Set<String> known = new TreeSet<>(keys.keySet());
        known.addAll(NOT_SETTINGS);
        // in order, so that several faults are always said in the same one
        new TreeMap<>(environment).forEach((name, text) -> {
            if (keys.containsKey(name)) {
                // KUTENG_BROKER= in a shell means: as if it were not there
                if (!text.isBlank()) {
                    values.put(keys.get(name), new Value(text.trim(), name));
                }
            } else if (name.startsWith(ENVIRONMENT_PREFIX) && !name.startsWith(TEST_PREFIX) && !known.contains(name)) {
                problems.add("unknown environment variable " + name
                        + Suggestions.closest(name, known)
                                .map(s -> " (did you mean " + s + "?)")
                                .orElse("; './kuteng settings' lists them all"));
            }
        });
    }

    private static void validate(Map<String, Value> values, List<String> problems) {
        Map<String, Setting<?>> known = new HashMap<>();
        Setting.ALL.forEach(setting -> known.put(setting.key(), setting));
        new TreeMap<>(values).forEach((key, value) -> {
            if (!key.startsWith(PREFIX)) {
                return;
            }
            Setting<?> setting = key.startsWith(Setting.ROUTE_PREFIX) ? ofRoute(key) : known.get(key);
            if (setting == null) {
                problems.add("unknown setting '" + key + "' (" + value.source() + ")"
                        + Suggestions.closest(key, known.keySet())
                                .map(s -> ", did you mean '" + s + "'?")
                                .orElse("; './kuteng settings' lists them all"));
                return;
            }
            try {
                parse(setting, value.text());
            } catch (IllegalArgumentException e) {
                problems.add(key + " is '" + masked(setting, value) + "' (" + value.source() + "): " + e.getMessage());
            }
        });
    }

    private static String masked(Setting<?> setting, Value value) {
        return setting == Setting.DATABASE_URL
                ? DatabaseSettings.masked(value.text())
                : BrokerUri.maskedValue(value.text());
    }

    /** The setting that a key such as {@code kuteng.route.ID.retry.delays} sets for one route; null if none. */
    private static Setting<?> ofRoute(String key) {
        return Setting.OF_ROUTES.stream()
                .filter(setting -> routeId(key, setting) != null)
                .findFirst()
                .orElse(null);
    }

    private static String routeId(String key, Setting<?> setting) {
        String end = setting.keyForRoute("").substring(Setting.ROUTE_PREFIX.length());
        boolean fits = key.startsWith(Setting.ROUTE_PREFIX)
                && key.endsWith(end)
                && key.length() > Setting.ROUTE_PREFIX.length() + end.length();
        return fits ? key.substring(Setting.ROUTE_PREFIX.length(), key.length() - end.length()) : null;
    }

    /** The ids of the routes that have settings of their own. */
    public Set<String> routesWithOwnSettings() {
        Set<String> ids = new TreeSet<>();
        for (String key : values.keySet()) {
            Setting.OF_ROUTES.stream()
                    .map(setting -> routeId(key, setting))
                    .filter(Objects::nonNull)
                    .forEach(ids::add);
        }
        return ids;
    }

    /** The value that holds for a route: its own, or that of all routes. */
    public <T> T get(Setting<T> setting, String routeId) {
        Value own = values.get(setting.keyForRoute(routeId));
        return own == null || own.text().isBlank() ? get(setting) : parse(setting, own.text());
    }

    private static <T> T parse(Setting<T> setting, String text) {
        if (text.isBlank()) {
            return setting.defaultText() == null
                    ? null
                    : setting.type().parser().apply(setting.defaultText());
        }
        return setting.type().parser().apply(text);
    }

    /** The value that holds; null if it is unset and has no default. */
    public <T> T get(Setting<T> setting) {
        Value value = value(setting);
        return value == null ? null : parse(setting, value.text());
    }

    /** Text and source of what holds; null if it is unset and has no default. */
    public Value value(Setting<?> setting) {
        Value value = values.get(setting.key());
        if (value != null && !value.text().isBlank()) {
            return value;
        }
        return setting.defaultText() == null ? null : new Value(setting.defaultText(), DEFAULT_SOURCE);
    }

    /** Everything else that the files and {@code --set} gave: the placeholders of the routes, Camel's own keys. */
    public Map<String, Value> others() {
        Map<String, Value> others = new LinkedHashMap<>();
        new TreeMap<>(values).forEach((key, value) -> {
            if (!key.startsWith(PREFIX)) {
                others.put(key, value);
            }
        });
        return others;
    }

    /** All values as properties, for placeholders in routes. */
    public Properties asProperties() {
        Properties properties = new Properties();
        Setting.ALL.forEach(setting -> {
            Value value = value(setting);
            if (value != null) {
                properties.setProperty(setting.key(), value.text());
            }
        });
        others().forEach((key, value) -> properties.setProperty(key, value.text()));
        return properties;
    }
}
