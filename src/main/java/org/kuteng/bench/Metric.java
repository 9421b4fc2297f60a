package org.kuteng.bench;

/** What kind of figure a measurement gives. */
public enum Metric {
    RATE("msg/s"),
    P50("p50 ms"),
    P99("p99 ms");

    private final String unit;

    Metric(String unit) {
        this.unit = unit;
    }

    /** As it stands in tables. */
    public String unit() {
        return unit;
    }
}
