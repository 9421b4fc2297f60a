package org.kuteng.app.check;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;

/** Knows which Camel library brings what is not on the class path. */
final class MissingArtefacts {
    enum Kind {
        COMPONENT,
        LANGUAGE,
        DATAFORMAT;

        private String prefix() {
            return name().toLowerCase(java.util.Locale.ROOT) + ".";
        }
    }

    private Properties artefacts;

    /** The library's name; empty when Camel has no such thing. */
    Optional<String> artefact(Kind kind, String name) {
        return Optional.ofNullable(all().getProperty(kind.prefix() + name));
    }

    /** All names that Camel has for a kind of thing. */
    Set<String> names(Kind kind) {
        return all().stringPropertyNames().stream()
                .filter(key -> key.startsWith(kind.prefix()))
                .map(key -> key.substring(kind.prefix().length()))
                .collect(Collectors.toSet());
    }

    private Properties all() {
        if (artefacts == null) {
            artefacts = new Properties();
            try (InputStream in = MissingArtefacts.class.getResourceAsStream("artefacts.properties")) {
                artefacts.load(in);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read the list of Camel's libraries", e);
            }
        }
        return artefacts;
    }
}
