package org.kuteng.bench;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What came out of a case.
 *
 * @param messages how many there were in a measurement at the most; 0: as many as the rate and the time made
 * @param figures of each client that could be measured
 * @param failures why a client could not be measured, in one line
 */
public record CaseResult(
        Case of, int messages, Map<Client, Map<Metric, Figures>> figures, Map<Client, String> failures) {

    /** Null if the client was not measured. */
    public Figures figures(Client client, Metric metric) {
        return figures.getOrDefault(client, Map.of()).get(metric);
    }

    /** One client against another, round by round; null if one of them was not measured. */
    public Figures ratio(Client client, Client other, Metric metric) {
        Figures mine = figures(client, metric);
        Figures theirs = figures(other, metric);
        return mine == null || theirs == null ? null : mine.over(theirs);
    }

    /** Messages a second of a concurrency case if its waiting work were all that takes time. */
    public double ideal() {
        return Concurrency.ideal(of.consumers());
    }

    static CaseResult of(
            Case of, int messages, Map<Client, Map<Metric, List<Double>>> values, Map<Client, String> failures) {
        Map<Client, Map<Metric, Figures>> figures = new EnumMap<>(Client.class);
        values.forEach((client, metrics) -> {
            Map<Metric, Figures> own = new EnumMap<>(Metric.class);
            metrics.forEach((metric, list) -> own.put(metric, new Figures(list)));
            figures.put(client, own);
        });
        return new CaseResult(of, messages, figures, failures);
    }
}
