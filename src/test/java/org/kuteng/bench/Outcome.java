package org.kuteng.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a part of bench/run gave.
 *
 * @param where machine, versions, load
 * @param how rounds, lengths, sizes
 */
record Outcome(String title, String when, String where, String how, List<Row> rows, List<Bar> bars) {
    private static final ObjectMapper MAPPER = JsonMapper.shared();

    /** The figures of one client. */
    record Row(String client, String unit, Figures figures) {}

    Map<String, Object> tree() {
        return MAPPER.convertValue(this, new TypeReference<LinkedHashMap<String, Object>>() {});
    }

    static Outcome of(Map<String, Object> tree) {
        return MAPPER.convertValue(tree, Outcome.class);
    }

    /** A section in Markdown. */
    String section(String chart) {
        List<String> lines = new ArrayList<>();
        lines.add("### " + title);
        lines.add(when + ". " + where + ".");
        lines.add(how + ".");
        lines.add("");
        lines.add("| client | | median | least | most |");
        lines.add("| --- | --- | ---: | ---: | ---: |");
        rows.forEach(row -> lines.add(String.format(
                Locale.ROOT,
                "| %s | %s | %s | %s | %s |",
                row.client(),
                row.unit(),
                number(row.figures().median()),
                number(row.figures().least()),
                number(row.figures().most()))));
        if (chart != null) {
            lines.add("");
            lines.add("![" + title + "](" + chart + ")");
        }
        return String.join("\n", lines) + "\n";
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value >= 100 ? "%,.0f" : "%.2f", value);
    }
}
