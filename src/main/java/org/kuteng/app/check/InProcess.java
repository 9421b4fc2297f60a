package org.kuteng.app.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.camel.support.PatternHelper;
import org.kuteng.app.Suggestions;

/** The endpoints inside the process: what is sent to {@code direct:} or {@code seda:} wants somebody who takes it. */
final class InProcess {
    private static final Set<String> SCHEMES = Set.of("direct", "seda");
    private static final Pattern WILDCARD = Pattern.compile("\\*+");

    private final Map<String, Place> consumers = new HashMap<>();
    private final Set<String> consumed = new TreeSet<>();
    private final List<Pattern> consumedLike = new ArrayList<>();
    private final List<String> intercepted = new ArrayList<>();
    private final List<Sent> sent = new ArrayList<>();
    private final Unread unread;
    private final List<Problem> problems;

    InProcess(Unread unread, List<Problem> problems) {
        this.unread = unread;
        this.problems = problems;
    }

    private record Sent(String name, Place place) {}

    /** A route that begins with the endpoint; of these, there can be one. */
    void consume(Endpoint endpoint, Place place) {
        consumed.add(endpoint.name());
        boolean shared =
                endpoint.option("multipleConsumers").filter("true"::equals).isPresent();
        if (!SCHEMES.contains(endpoint.scheme()) || shared) {
            return;
        }
        Place first = consumers.putIfAbsent(key(endpoint), place);
        if (first != null) {
            problems.add(Problem.error(
                    place, "a second route consumes from '" + endpoint.name() + "': the first is at " + first));
        }
    }

    /** A {@code seda:} endpoint with other options is another endpoint to Camel. */
    private static String key(Endpoint endpoint) {
        Map<String, String> options = new TreeMap<>();
        if (endpoint.scheme().equals("seda")) {
            endpoint.options().forEach(option -> options.put(option.name(), String.valueOf(option.value())));
        }
        return endpoint.name() + options;
    }

    /** Something that takes messages from endpoints of this name, with {@code *} for what is not known. */
    void consumeLike(String name) {
        if (name.indexOf('*') < 0) {
            consumed.add(name);
            return;
        }
        StringBuilder regex = new StringBuilder();
        for (String part : WILDCARD.split(name, -1)) {
            regex.append(regex.isEmpty() ? "" : ".*").append(part.isEmpty() ? "" : Pattern.quote(part));
        }
        consumedLike.add(Pattern.compile(name.startsWith("*") ? ".*" + regex : regex.toString()));
    }

    /** What is sent to endpoints of this name, or like it, goes elsewhere. */
    void intercept(String pattern) {
        intercepted.add(pattern);
    }

    void send(Endpoint endpoint, Place place) {
        boolean mayBeMissing =
                endpoint.option("failIfNoConsumers").filter("false"::equals).isPresent();
        if (SCHEMES.contains(endpoint.scheme()) && !mayBeMissing) {
            sent.add(new Sent(endpoint.name(), place));
        }
    }

    /** Reports what nobody takes. To be called when all files are read. */
    void finish() {
        sent.stream()
                .filter(use -> !isConsumed(use.name()))
                .forEach(use -> problems.add(Problem.error(
                        use.place(),
                        "nothing consumes from '" + use.name() + "'" + Suggestions.didYouMean(use.name(), consumed))));
    }

    private boolean isConsumed(String name) {
        String withSlashes = name.replaceFirst(":", "://");
        return consumed.contains(name)
                || consumedLike.stream().anyMatch(like -> like.matcher(name).matches())
                || intercepted.stream()
                        .anyMatch(pattern -> PatternHelper.matchPattern(name, pattern)
                                || PatternHelper.matchPattern(withSlashes, pattern))
                || unread.mentions(name, uses(name))
                || unread.mentions(withSlashes, uses(name));
    }

    private List<Place> uses(String name) {
        return sent.stream()
                .filter(use -> use.name().equals(name))
                .map(Sent::place)
                .toList();
    }
}
