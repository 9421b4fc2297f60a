package org.kuteng.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Keeps outcomes: in speed.json, where each part stays until it is measured again, and from there in a section of
 * RESULTS.md, whose other sections it leaves alone.
 */
final class ResultsFile {
    private static final String HEADING = "## Speed";
    private static final ObjectMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final Path folder;

    /** @param folder of RESULTS.md */
    ResultsFile(Path folder) {
        this.folder = folder;
    }

    /** @param chart an SVG */
    void keep(Part part, Outcome outcome, String chart) throws IOException {
        Files.writeString(folder.resolve(chart(part)), chart);
        Map<String, Map<String, Object>> all = read();
        all.put(part.word(), outcome.tree());
        Map<String, Map<String, Object>> inOrder = new LinkedHashMap<>();
        for (Part each : Part.values()) {
            if (all.containsKey(each.word())) {
                inOrder.put(each.word(), all.get(each.word()));
            }
        }
        Files.writeString(json(), MAPPER.writeValueAsString(inOrder) + "\n");
        Path results = folder.resolve("RESULTS.md");
        String text = Files.exists(results) ? Files.readString(results) : "# Results\n";
        Files.writeString(results, replaced(text, section(inOrder)));
    }

    private Path json() {
        return folder.resolve("speed.json");
    }

    private static String chart(Part part) {
        return "speed-" + part.word() + ".svg";
    }

    private Map<String, Map<String, Object>> read() throws IOException {
        return Files.exists(json())
                ? MAPPER.readValue(
                        Files.readString(json()), new TypeReference<LinkedHashMap<String, Map<String, Object>>>() {})
                : new LinkedHashMap<>();
    }

    private static String section(Map<String, Map<String, Object>> all) {
        StringBuilder bars = new StringBuilder();
        StringBuilder parts = new StringBuilder();
        all.forEach((word, tree) -> {
            Outcome outcome = Outcome.of(tree);
            outcome.bars().forEach(bar -> bars.append(bar.row()).append('\n'));
            parts.append('\n').append(outcome.section("speed-" + word + ".svg"));
        });
        return HEADING
                + "\n\n`bench/run`; the clients take turns in one run, and each ratio is the median of those of the"
                + " single rounds.\n\n| what | bar | ratio | least and most | |\n| --- | --- | ---: | --- | --- |\n"
                + bars + parts;
    }

    /** The text with its section replaced, or with the section at its end. */
    static String replaced(String text, String section) {
        int begin = text.indexOf(HEADING + "\n");
        if (begin < 0) {
            return text.stripTrailing() + "\n\n" + section;
        }
        int end = text.indexOf("\n## ", begin);
        return text.substring(0, begin) + section + (end < 0 ? "" : text.substring(end));
    }
}
