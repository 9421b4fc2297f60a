package org.kuteng.app.reload;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.kuteng.app.StartFault;
import org.kuteng.app.reload.RouteSet.Unit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gets from the routes that run to those that are wanted, or back when they cannot start. */
final class RouteSwap {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.reload");

    private final RunningRoutes running;
    private final RouteEnding ending;
    private final RouteSet before;
    private final RouteSet wanted;
    private final RouteChange change;
    private final BooleanSupplier goOn;

    /**
     * @param change what leads from the one to the other
     * @param goOn asked before routes are started: no if the program is told to stop
     */
    RouteSwap(
            RunningRoutes running,
            RouteEnding ending,
            RouteSet before,
            RouteSet wanted,
            RouteChange change,
            BooleanSupplier goOn) {
        this.running = running;
        this.ending = ending;
        this.before = before;
        this.wanted = wanted;
        this.change = change;
        this.goOn = goOn;
    }

    /**
     * What has happened.
     *
     * @param runs the routes that are there now: those that were wanted, or those from before
     * @param fault null, or why they are not those that were wanted
     */
    record Outcome(
            RouteSet runs,
            RuntimeException fault,
            List<String> swapped,
            List<String> started,
            List<String> ended,
            Duration workInHand) {}

    /** Never throws; empty if the program is told to stop, where it does not matter any more. */
    Optional<Outcome> run() {
        List<Unit> fresh = new ArrayList<>(change.swapped());
        fresh.addAll(change.started());
        List<Unit> old = Stream.concat(change.ended().stream(), change.swapped().stream())
                .map(unit -> before.units().get(unit.key()))
                .toList();
        List<RunningRoutes.Prepared> prepared;
        try {
            running.exchangePatterns(wanted, change);
            prepared = running.prepare(wanted, fresh);
        } catch (Exception e) {
            LOG.debug("nothing was touched", e);
            putBackPatterns();
            return Optional.of(failed(before, e));
        }
        List<String> endedIds = running.ids(change.ended());
        try {
            Duration workInHand = ending.end(running.withParts(old));
            running.remove(old);
            if (!goOn.getAsBoolean()) {
                return Optional.empty();
            }
            running.exchangeBeans(wanted, change);
            running.start(prepared);
            return Optional.of(new Outcome(
                    wanted, null, running.ids(change.swapped()), running.ids(change.started()), endedIds, workInHand));
        } catch (Exception e) {
            LOG.debug("putting back what ran before", e);
            return goOn.getAsBoolean() ? Optional.of(failed(putBack(fresh, old), e)) : Optional.empty();
        }
    }

    private static Outcome failed(RouteSet runs, Exception fault) {
        return new Outcome(runs, StartFault.explain(fault), List.of(), List.of(), List.of(), Duration.ZERO);
    }

    private void putBackPatterns() {
        try {
            running.exchangePatterns(before, change);
        } catch (Exception e) {
            LOG.error("not all could be put back: {}", StartFault.explain(e).getMessage(), e);
        }
    }

    /** Routes that cannot be put back are told one by one; the next change tries again. */
    private RouteSet putBack(List<Unit> fresh, List<Unit> old) {
        Map<String, String> lost = new LinkedHashMap<>();
        List<Unit> all = new ArrayList<>(fresh);
        all.addAll(old);
        try {
            ending.end(running.withParts(all));
            running.remove(all);
            running.exchangeBeans(before, RouteChange.between(wanted, before));
        } catch (Exception e) {
            LOG.error("not all could be put back: {}", StartFault.explain(e).getMessage(), e);
        }
        putBackPatterns();
        for (Unit unit : old) {
            try {
                running.start(running.prepare(before, List.of(unit)));
            } catch (Exception e) {
                lost.put(unit.key(), StartFault.explain(e).getMessage());
            }
        }
        lost.forEach((key, reason) -> LOG.error(
                "{} does not run any more, since it cannot be put back: {}",
                before.units().get(key).label(),
                reason));
        return before.without(lost.keySet());
    }
}
