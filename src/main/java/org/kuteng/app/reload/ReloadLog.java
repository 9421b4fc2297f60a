package org.kuteng.app.reload;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kuteng.broker.BrokerException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is said of changed route files; what keeps a change from being taken over is said once. */
final class ReloadLog {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.reload");

    /** Work that took less was no reason to wait. */
    private static final Duration WORTH_TELLING = Duration.ofMillis(100);

    private final Set<String> toldWarnings;

    /** What kept the change from being taken over the last time; empty: nothing. */
    private List<String> toldFaults = List.of();

    /** @param warnings what was said at the start */
    ReloadLog(Collection<String> warnings) {
        toldWarnings = new HashSet<>(warnings);
    }

    /** Faults of files that have changed. */
    void refuseAnew(List<String> faults) {
        toldFaults = List.of();
        refuse(faults);
    }

    /** Faults that may be found again and again. */
    void refuse(List<String> faults) {
        if (faults.equals(toldFaults)) {
            return;
        }
        toldFaults = faults;
        faults.forEach(fault -> LOG.error("{}", fault));
        LOG.warn("the change is not taken over; what runs goes on as it is");
    }

    void refuse(IOException unreadable) {
        refuse(List.of(
                unreadable instanceof AccessDeniedException
                        ? unreadable.getMessage() + ": no permission to read it"
                        : "a route file cannot be read: " + unreadable.getMessage()));
    }

    void warn(List<String> warnings) {
        warnings.stream().filter(toldWarnings::add).forEach(warning -> LOG.warn("{}", warning));
    }

    void waitFor(BrokerException away) {
        List<String> fault = List.of(away.getMessage());
        if (!fault.equals(toldFaults)) {
            LOG.warn("the change waits for the broker: {}", away.getMessage());
        }
        toldFaults = fault;
    }

    /** The change is without fault. */
    void take(RouteChange change) {
        change.fixed().forEach(what -> LOG.warn("restart kuteng to use {}, which has changed", what));
        if (change.isEmpty()) {
            LOG.info(toldFaults.isEmpty() ? "no route has changed" : "the fault is gone; no route has changed");
        }
        toldFaults = List.of();
    }

    void takenBack(RuntimeException fault, long millis) {
        LOG.error("{}", fault.getMessage());
        LOG.warn("the change is taken back after {} ms; what ran before runs again", millis);
    }

    void swapped(RouteSwap.Outcome outcome, long millis) {
        String parts = Stream.of(
                        part("swapped", outcome.swapped()),
                        part("started", outcome.started()),
                        part("ended", outcome.ended()))
                .flatMap(Optional::stream)
                .collect(Collectors.joining("; "));
        String inHand = outcome.workInHand().compareTo(WORTH_TELLING) < 0
                ? ""
                : ", " + outcome.workInHand().toMillis() + " ms of it for the work in hand";
        LOG.info("{} in {} ms{}", parts.isEmpty() ? "no route that runs has changed" : parts, millis, inHand);
    }

    /**
     * Routes that are there and do not run.
     *
     * @param selected ids or patterns of those that are to run
     */
    void leftOut(List<String> routes, List<String> selected) {
        if (!routes.isEmpty()) {
            LOG.info("{} not started: only {} are to run", String.join(", ", routes), String.join(", ", selected));
        }
    }

    private static Optional<String> part(String what, List<String> ids) {
        return ids.isEmpty() ? Optional.empty() : Optional.of(what + " " + String.join(", ", ids));
    }
}
