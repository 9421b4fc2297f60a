package org.kuteng.app.check;

import java.util.Map;
import java.util.Optional;

/** Names that people take for steps of a route, and where they belong. */
final class StepPlaces {
    private static final Map<String, String> OWNERS = Map.of(
            "when", "choice",
            "otherwise", "choice",
            "onFallback", "circuitBreaker",
            "onWhen", "onException",
            "steps", "from",
            "parameters", "from",
            "uri", "from");

    private StepPlaces() {}

    static Optional<String> owner(String name) {
        return Optional.ofNullable(OWNERS.get(name));
    }
}
