package org.kuteng.app.check;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.kuteng.app.Suggestions;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Whether the class path has the library that a component, a language or a data format comes with. */
final class LibraryCheck {
    /** They come with Camel itself. */
    private static final Set<String> CORE_LANGUAGES = Set.of(
            "simple",
            "constant",
            "header",
            "exchangeProperty",
            "variable",
            "ref",
            "tokenize",
            "method",
            "language",
            "file",
            "bean");

    private final Components components;
    private final MissingArtefacts artefacts = new MissingArtefacts();
    private final Map<String, Optional<String>> faults = new HashMap<>();

    LibraryCheck(Components components) {
        this.components = components;
    }

    void check(Part part, Report report) {
        if (part.type().endsWith("Expression")) {
            languageFault(part.name()).ifPresent(fault -> report.error(part.node(), fault));
        } else if (part.type().endsWith("DataFormat")) {
            dataFormatFault(part).ifPresent(fault -> report.error(part.node(), fault));
        } else if (part.type().equals("CircuitBreakerDefinition") && !components.hasCircuitBreaker()) {
            report.error(
                    part.node(),
                    "'circuitBreaker' is not on the class path: add the library camel-resilience4j or"
                            + " camel-microprofile-fault-tolerance");
        }
        if (part.type().equals("LanguageExpression")) {
            Nodes.scalar(part.node(), "language")
                    .map(ScalarNode::getValue)
                    .filter(name -> !name.contains("{{"))
                    .flatMap(this::languageFault)
                    .ifPresent(fault -> report.error(part.node(), fault));
        }
    }

    String componentFault(String scheme) {
        Set<String> here = components.schemes();
        return artefacts
                .artefact(MissingArtefacts.Kind.COMPONENT, scheme)
                .map(artefact -> missing("component", scheme, artefact))
                .orElseGet(() -> "unknown component '" + scheme + "'"
                        + Suggestions.closest(scheme, here)
                                .or(() -> Suggestions.closest(scheme, artefacts.names(MissingArtefacts.Kind.COMPONENT)))
                                .map(Suggestions::didYouMean)
                                .orElse(""));
    }

    Optional<String> languageFault(String name) {
        if (CORE_LANGUAGES.contains(name)) {
            return Optional.empty();
        }
        if (name.equals("csimple")) {
            return Optional.of("'csimple' has to be compiled beforehand, which kuteng does not do: write 'simple'");
        }
        return faults.computeIfAbsent(
                "language " + name,
                key -> components.hasLanguage(name)
                        ? Optional.empty()
                        : Optional.of(artefacts
                                .artefact(MissingArtefacts.Kind.LANGUAGE, name)
                                .map(artefact -> missing("language", name, artefact))
                                .orElseGet(() -> "unknown language '" + name + "'"
                                        + Suggestions.didYouMean(
                                                name, artefacts.names(MissingArtefacts.Kind.LANGUAGE)))));
    }

    private Optional<String> dataFormatFault(Part part) {
        String name =
                switch (part.name()) {
                    case "json" ->
                        Nodes.scalar(part.node(), "library")
                                .map(library -> library.getValue().toLowerCase(Locale.ROOT))
                                .orElse("jackson");
                    case "yaml" -> "snakeYaml";
                    default -> part.name();
                };
        return faults.computeIfAbsent(
                "data format " + name,
                key -> components.hasDataFormat(name)
                        ? Optional.empty()
                        : artefacts
                                .artefact(MissingArtefacts.Kind.DATAFORMAT, name)
                                .map(artefact -> missing("data format", name, artefact)));
    }

    private static String missing(String what, String name, String artefact) {
        return what + " '" + name + "' is not on the class path: add the library " + artefact;
    }
}
