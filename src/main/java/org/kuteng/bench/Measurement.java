package org.kuteng.bench;

import java.util.Map;

/** Measures one client once. */
interface Measurement {

    /**
     * @return a value for each metric of the mode
     * @throws BenchException if the client did not do what it should
     */
    Map<Metric, Double> of(Client client, BenchQueue queue) throws InterruptedException;
}
