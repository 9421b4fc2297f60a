package org.kuteng.app.reload;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Route files in memory, as they are edited. */
final class Edits {
    private final Map<Path, String> texts = new LinkedHashMap<>();

    Edits file(String name, String yaml) {
        texts.put(Path.of(name), yaml);
        return this;
    }

    Edits without(String name) {
        texts.remove(Path.of(name));
        return this;
    }

    Edits replace(String file, String old, String fresh) {
        texts.computeIfPresent(Path.of(file), (path, text) -> text.replace(old, fresh));
        return this;
    }

    RouteSources sources() {
        return new RouteSources(new LinkedHashMap<>(texts));
    }

    RouteSet routes() {
        return RouteSet.of(sources());
    }
}
