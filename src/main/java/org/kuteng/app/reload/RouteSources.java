package org.kuteng.app.reload;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The route files as they were at one moment.
 *
 * @param texts by file, in their order
 */
public record RouteSources(Map<Path, String> texts) {

    /**
     * Reads the files as UTF-8.
     *
     * @throws IOException if one of them cannot be read
     */
    public static RouteSources read(List<Path> files) throws IOException {
        Map<Path, String> texts = new LinkedHashMap<>();
        for (Path file : files) {
            // malformed bytes are found by the check; here they only have to be seen to change
            texts.put(file, new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
        }
        return new RouteSources(texts);
    }
}
