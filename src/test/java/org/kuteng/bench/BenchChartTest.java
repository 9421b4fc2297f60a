package org.kuteng.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class BenchChartTest {
    private static Document chart() throws Exception {
        byte[] svg = BenchChart.svg(Reports.ofEverything()).getBytes(StandardCharsets.UTF_8);
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(svg));
    }

    private static List<String> texts(Document chart) {
        List<String> texts = new ArrayList<>();
        NodeList nodes = chart.getElementsByTagName("text");
        for (int i = 0; i < nodes.getLength(); i++) {
            texts.add(nodes.item(i).getTextContent());
        }
        return texts;
    }

    @Test
    void everyModeHasItsPanelWithFiguresAndRatios() throws Exception {
        List<String> texts = texts(chart());

        assertTrue(
                texts.containsAll(List.of(
                        "publish, durable queue",
                        "consume, durable queue",
                        "both, durable queue",
                        "latency, durable queue, 1,000 messages a second",
                        "concurrency, durable queue: share of the ideal, work of 5 ms a message",
                        "16 B",
                        "1 KiB",
                        "1,800  (2.00 × raw)",
                        "0.50  (1.00 × raw)",
                        "messages a second",
                        "milliseconds",
                        "concurrent consumers")),
                texts::toString);
    }

    @Test
    void nothingIsDrawnOutsideOfThePicture() throws Exception {
        Document chart = chart();
        double width = Double.parseDouble(chart.getDocumentElement().getAttribute("width"));
        double height = Double.parseDouble(chart.getDocumentElement().getAttribute("height"));
        NodeList nodes = chart.getElementsByTagName("text");
        for (int i = 0; i < nodes.getLength(); i++) {
            Element text = (Element) nodes.item(i);
            double x = Double.parseDouble(text.getAttribute("x"));
            double y = Double.parseDouble(text.getAttribute("y"));
            assertTrue(x >= 0 && x < width && y >= 0 && y < height, text.getTextContent());
        }
    }

    @Test
    void anAxisEndsAtARoundNumberThatIsNotFarAway() {
        Axis axis = new Axis(100, 200, 47_000);
        assertEquals(List.of(0.0, 10_000.0, 20_000.0, 30_000.0, 40_000.0, 50_000.0), axis.ticks());
        assertEquals(100, axis.pixel(0));
        assertEquals(200, axis.pixel(50_000));
        assertEquals("50,000", axis.label(50_000));

        Axis small = new Axis(0, 100, 0.9);
        assertEquals("0.2", small.label(0.2));
        assertEquals(100, small.pixel(1), 1e-9);
        assertEquals(List.of(0.0, 0.2), new Axis(0, 1, 0).ticks().subList(0, 2));
    }

    @Test
    void aTextCannotBreakThePicture() {
        assertEquals("a &lt;b&gt; &amp; c", Svg.escaped("a <b> & c"));
    }
}
