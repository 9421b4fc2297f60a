package org.kuteng.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BenchJsonTest {
    private final JsonNode report = JsonMapper.shared().readTree(BenchJson.write(Reports.ofEverything()));

    @Test
    void everySingleFigureIsInIt() {
        JsonNode first = report.get("cases").get(0);
        assertEquals("publish", first.get("mode").asString());
        assertEquals("durable", first.get("queue").asString());
        assertEquals(16, first.get("bytes").asInt());
        JsonNode kuteng = figures(first, "kuteng", "msg/s");
        assertEquals("[2000.0,1650.0,1800.0]", kuteng.get("values").toString());
        assertEquals(1_800, kuteng.get("median").asDouble());
        assertEquals(2.0, kuteng.get("ratioTo raw").asDouble());
    }

    @Test
    void itSaysWhereItWasMeasuredAndWhatFailed() {
        assertEquals("RabbitMQ 3.10.8", report.get("environment").get("broker").asString());
        assertEquals(0.4, report.get("environment").get("load").asDouble());
        assertEquals(
                "no send <ended> within 30 s",
                report.get("cases").get(0).get("failures").get("camel").asString());
    }

    @Test
    void aJobSaysWithWhichPrefetchItWasMeasured() {
        assertEquals(250, job("forward").get("prefetch").asInt());
        assertEquals(8, job("text").get("prefetch").asInt());
        assertFalse(report.get("cases").get(0).has("prefetch"));
    }

    private JsonNode job(String mode) {
        for (JsonNode each : report.get("cases")) {
            if (each.get("mode").asString().equals(mode)) {
                return each;
            }
        }
        throw new AssertionError("no " + mode + " in " + report);
    }

    private static JsonNode figures(JsonNode of, String client, String unit) {
        for (JsonNode each : of.get("figures")) {
            if (each.get("client").asString().equals(client)
                    && each.get("unit").asString().equals(unit)) {
                return each;
            }
        }
        throw new AssertionError("no " + unit + " of " + client + " in " + of);
    }
}
