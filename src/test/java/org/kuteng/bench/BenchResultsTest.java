package org.kuteng.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What bench/run makes of figures. */
class BenchResultsTest {
    @TempDir
    Path folder;

    private static Outcome outcome(double ratio) {
        Figures figures = new Figures(List.of(ratio));
        return new Outcome(
                "Bar 1: consuming",
                "2026-11-22T12:00Z",
                "RabbitMQ 3.10.8",
                "5 rounds",
                List.of(new Outcome.Row("kuteng", "msg/s", figures)),
                List.of(Bar.atLeast(1.5, "kuteng / raw", figures)));
    }

    @Test
    void onlyTheSectionOfSpeedIsReplaced() throws IOException {
        Path results = folder.resolve("RESULTS.md");
        Files.writeString(results, "# Results\n\n## Speed\n\nold\n\n## Chaos\n\nstays\n");

        new ResultsFile(folder).keep(Part.CONSUME, outcome(1.75), "<svg/>");

        String text = Files.readString(results);
        assertTrue(text.contains("| kuteng / raw | at least 1.5 | **1.75** | 1.75 to 1.75 | met |"), text);
        assertTrue(text.contains("![Bar 1: consuming](speed-consume.svg)"), text);
        assertFalse(text.contains("old"), text);
        assertTrue(text.endsWith("\n## Chaos\n\nstays\n"), text);
    }

    @Test
    void aPartThatIsNotMeasuredAgainStays() throws IOException {
        ResultsFile file = new ResultsFile(folder);
        file.keep(Part.PUBLISH, outcome(0.9), "<svg/>");
        file.keep(Part.CONSUME, outcome(1.6), "<svg/>");
        file.keep(Part.CONSUME, outcome(1.7), "<svg/>");

        String text = Files.readString(folder.resolve("RESULTS.md"));
        assertEquals(1, text.split("## Speed\n", -1).length - 1);
        assertFalse(text.contains("1.60"), text);
        assertTrue(text.indexOf("**1.70**") < text.indexOf("**0.90** | 0.90 to 0.90 | **not met**"), text);
    }

    @Test
    void aBarWithoutFiguresIsNotMet() {
        Figures none = new Figures(List.of());
        assertFalse(Bar.atLeast(1, "", none).isMet());
        assertFalse(Bar.atMost(1, "", none).isMet());
        assertTrue(Bar.atMost(1.5, "", new Figures(List.of(1.4))).isMet());
    }

    @Test
    void figuresOfABusyMachineSayThatTheyAre() {
        String before = "cpu  100 0 100 1000 50 0 0 0 0 0";

        assertEquals(0.25, OtherWork.share(before, "cpu  120 0 105 1070 55 0 0 0 7 0"), 1e-9);
        assertEquals("", OtherWork.note(0.05, Double.NaN));
        assertEquals("", OtherWork.note(0.05, 0.1));
        assertEquals(
                "; **25 % of the processors were busy with something else: to be measured again**",
                OtherWork.note(0.05, 0.25));
    }

    @Test
    void thatOfPerfTestIsTheMeanAfterItsWarmUp() {
        List<String> lines = List.of(
                "id: test-1, starting consumer #0",
                "id: test-1, time 1.007 s, sent: 100 msg/s, confirmed: 90 msg/s, received: 100 msg/s, min/median",
                "id: test-1, time 2.001 s, sent: 7 msg/s, confirmed: 7 msg/s, received: 3000 msg/s, min/median",
                "id: test-1, time 4.001 s, sent: 7 msg/s, confirmed: 7 msg/s, received: 6000 msg/s, min/median",
                "id: test-1, receiving rate avg: 2 msg/s");

        assertEquals((3_000 * 0.994 + 6_000 * 2) / 2.994, PerfTest.rate(lines, 1), 1);
        assertTrue(Double.isNaN(PerfTest.rate(lines, 9)));
    }
}
