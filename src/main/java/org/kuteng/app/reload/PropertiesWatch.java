package org.kuteng.app.reload;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says which settings wait for a restart: they are read when kuteng starts, and not again. */
final class PropertiesWatch {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.reload");

    private final Map<Path, Properties> atStart = new HashMap<>();
    private final Map<Path, Properties> told = new HashMap<>();

    /** @param files need not be there */
    PropertiesWatch(List<Path> files) {
        for (Path file : files) {
            Properties properties = read(file);
            atStart.put(file, properties == null ? new Properties() : properties);
        }
        told.putAll(atStart);
    }

    void look() {
        atStart.forEach((file, first) -> {
            Properties now = read(file);
            if (now == null || now.equals(told.put(file, now))) {
                return;
            }
            String changed = changed(first, now);
            if (changed.isEmpty()) {
                LOG.info("{} says again what it said when kuteng started", file);
            } else {
                LOG.warn("{} has changed ({}): restart kuteng to use it", file, changed);
            }
        });
    }

    /** Keys only: a value may be a secret. */
    private static String changed(Properties before, Properties now) {
        return Stream.concat(before.stringPropertyNames().stream(), now.stringPropertyNames().stream())
                .filter(key -> !java.util.Objects.equals(before.getProperty(key), now.getProperty(key)))
                .collect(Collectors.toCollection(TreeSet::new))
                .stream()
                .collect(Collectors.joining(", "));
    }

    /** Null if it cannot be read at this moment: it may be half written. */
    private static Properties read(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(reader);
            return properties;
        } catch (NoSuchFileException e) {
            return properties;
        } catch (IOException | IllegalArgumentException e) {
            LOG.debug("{} cannot be read", file, e);
            return null;
        }
    }
}
