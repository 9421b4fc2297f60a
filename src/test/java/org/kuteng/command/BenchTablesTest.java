package org.kuteng.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kuteng.bench.BenchReport;
import org.kuteng.bench.Plan;
import org.kuteng.bench.Reports;

class BenchTablesTest {
    private final BenchReport report = Reports.ofEverything();

    private List<String> printed(BenchReport of) {
        StringWriter text = new StringWriter();
        BenchTables.head(new PrintWriter(text, true), of.environment(), of.plan());
        BenchTables.print(new PrintWriter(text, true), of);
        return text.toString().lines().toList();
    }

    @Test
    void aCaseIsATableWithMedianSpreadAndRatios() {
        List<String> lines = printed(report);
        int title = lines.indexOf("consume, durable, 1 KiB (20,000 messages)");

        assertEquals("client  msg/s  least   most  × raw  × raw-best", lines.get(title + 1));
        assertEquals("raw     1,000    900  1,100   1.00           -", lines.get(title + 2));
        assertEquals("kuteng  1,800  1,650  2,000   2.00           -", lines.get(title + 3));
        assertEquals("camel failed: no send <ended> within 30 s", lines.get(title + 4));
    }

    @Test
    void latencyHasBothPercentilesAndConcurrencyTheIdeal() {
        List<String> lines = printed(report);

        int latency = lines.indexOf("latency, durable, 16 B (1,000 messages a second)");
        assertTrue(lines.get(latency + 1).matches("client +p50 ms .* p99 ms .*"), lines::toString);
        int concurrency = lines.indexOf("concurrency, durable, 8 consumers (work of 5 ms, ideal 1,600 a second)");
        assertTrue(lines.get(concurrency + 3).endsWith("112.5 %"), lines::toString);
    }

    @Test
    void aJobSaysItsConsumersAndLargeTextsTheirPrefetch() {
        List<String> lines = printed(report);

        assertTrue(lines.contains("drain, durable, 16 B, 10 consumers (20,000 messages)"), lines::toString);
        assertTrue(lines.contains("text, durable, 10 MiB (20,000 messages, prefetch 8)"), lines::toString);
    }

    @Test
    void theHeadSaysWhereAndHowItIsMeasured() {
        List<String> lines = printed(report);

        assertEquals(
                "kuteng 0.1.0, Camel 4.17.0, Java 17.0.15 (-Xmx512m), RabbitMQ 3.10.8, 2 cores, heap 512 MB, load 0.4",
                lines.get(0));
        assertTrue(
                lines.contains("median of 3 rounds, the clients in turn, after " + Plan.WARM_UP_ROUNDS
                        + " to warm up; each 20,000 messages or" + " 1.0 s at the most; prefetch 250"),
                lines::toString);
    }

    @Test
    void whatWasStoppedEarlySaysSo() {
        List<String> lines = printed(new BenchReport(report.environment(), report.plan(), report.results(), false));

        assertEquals("stopped before the end", lines.get(lines.size() - 1));
    }
}
