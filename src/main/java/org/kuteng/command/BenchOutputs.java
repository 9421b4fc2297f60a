package org.kuteng.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.kuteng.app.ConfigurationException;
import org.kuteng.bench.BenchChart;
import org.kuteng.bench.BenchJson;
import org.kuteng.bench.BenchReport;
import picocli.CommandLine.Option;

/** Where the outcome of {@code kuteng bench} goes besides the table. */
final class BenchOutputs {
    private static final String STANDARD_OUTPUT = "-";

    @Option(
            names = "--json",
            arity = "0..1",
            fallbackValue = STANDARD_OUTPUT,
            paramLabel = "FILE",
            description = "also every single figure as JSON; without a FILE to standard output, in place of the table")
    private String json;

    @Option(names = "--chart", paramLabel = "FILE", description = "also a chart, as SVG")
    private Path chart;

    /** Whether there is nothing but JSON on standard output. */
    boolean isJsonOut() {
        return STANDARD_OUTPUT.equals(json);
    }

    /** @throws ConfigurationException if a file cannot be written: better now than after all the measuring */
    void check() {
        if (json != null && !isJsonOut()) {
            check("--json", Path.of(json));
        }
        if (chart != null) {
            check("--chart", chart);
        }
    }

    private static void check(String option, Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file) || folder == null || !Files.isDirectory(folder)) {
            throw new ConfigurationException(option + " is " + file + ", which is no file in a folder that is there");
        }
        if (!Files.isWritable(Files.exists(file) ? file : folder)) {
            throw new ConfigurationException(option + " is " + file + ", which this user may not write");
        }
    }

    void write(BenchReport report, PrintWriter out) {
        if (!isJsonOut()) {
            BenchTables.print(out, report);
        }
        if (isJsonOut()) {
            out.println(BenchJson.write(report));
        } else if (json != null) {
            write(Path.of(json), BenchJson.write(report), out);
        }
        if (chart != null && !report.results().isEmpty()) {
            write(chart, BenchChart.svg(report), out);
        }
        out.flush();
    }

    private void write(Path file, String text, PrintWriter out) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw FileFaults.explain("write", file, e);
        }
        if (!isJsonOut()) {
            out.println("written: " + file);
        }
    }
}
