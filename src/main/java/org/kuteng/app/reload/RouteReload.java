package org.kuteng.app.reload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.RoutesBuilder;
import org.kuteng.app.ConfigurationException;
import org.kuteng.broker.BrokerException;
import org.kuteng.rabbitmq.WorkQueueComponent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what runs like the route files. A change is checked first, with all files; one that has a fault changes
 * nothing, and of one that has none only those routes are exchanged whose definition has changed.
 */
public final class RouteReload {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.reload");

    /** Work that took less was no reason to wait. */
    private static final Duration WORTH_TELLING = Duration.ofMillis(100);

    /** For the end of a swap that has begun, besides the work in hand. */
    private static final Duration END_GRACE = Duration.ofSeconds(5);

    /**
     * What the check says.
     *
     * @param faults what keeps the files from running, one line each
     * @param warnings what does not
     */
    public record Findings(List<String> faults, List<String> warnings) {}

    /**
     * Where the routes come from.
     *
     * @param place the folder of the route files, or the one file
     * @param files the route files as they are now; throws {@link ConfigurationException} if there are none
     * @param check checks them all
     * @param warnings what it said at the start
     * @param properties the files with the settings, which are not reloaded
     * @param selected ids or patterns of the routes that are to run; empty: all
     * @param patience how long the work in hand of a route that ends may take
     */
    public record Project(
            Path place,
            Supplier<List<Path>> files,
            Supplier<Findings> check,
            List<String> warnings,
            List<Path> properties,
            List<String> selected,
            Duration patience) {}

    private final Project project;
    private final RunningRoutes running;
    private final PropertiesWatch properties;
    private final Set<String> toldWarnings = new HashSet<>();
    private RouteSet current;

    /** What the files said the last time; null: they are to be looked at once more, whether or not they have changed. */
    private RouteSources seen;

    /** What kept the change from being taken over the last time, so that it is told once; empty: nothing. */
    private List<String> toldFaults = List.of();

    private RouteEnding ending;
    private Supplier<Optional<BrokerException>> brokerFault;
    private FolderWatch watch;

    /**
     * Reads the files to start with.
     *
     * @throws ConfigurationException if they cannot be read
     */
    public RouteReload(Project project) {
        this.project = project;
        try {
            seen = RouteSources.read(project.files().get());
        } catch (IOException e) {
            throw new ConfigurationException("the route files cannot be read: " + e.getMessage());
        }
        current = RouteSet.of(seen);
        running = new RunningRoutes(current);
        properties = new PropertiesWatch(project.properties());
        toldWarnings.addAll(project.warnings());
    }

    /** Puts the routes into Camel when it starts. */
    public RoutesBuilder routes() {
        return running;
    }

    /**
     * Begins to watch the files.
     *
     * @param brokerFault asked before routes are exchanged: why the broker cannot be used now, or empty
     */
    public void start(
            CamelContext context, WorkQueueComponent component, Supplier<Optional<BrokerException>> brokerFault) {
        this.brokerFault = brokerFault;
        ending = new RouteEnding(context, component, project.patience());
        Path place = project.place().toAbsolutePath();
        watch = new FolderWatch(Files.isDirectory(place) ? place : place.getParent(), this::look);
    }

    /** Nothing is exchanged from now on; a swap that has begun goes on. Does not wait. */
    public void stop() {
        if (watch != null) {
            watch.close();
        }
    }

    /** After {@link #stop}: waits for the end of a swap that has begun. */
    public void awaitEnd() {
        if (watch != null) {
            watch.awaitEnd(project.patience().plus(END_GRACE));
        }
    }

    private void look() {
        properties.look();
        try {
            RouteSources now = RouteSources.read(project.files().get());
            if (now.equals(seen)) {
                return;
            }
            Findings findings = project.check().get();
            if (now.equals(RouteSources.read(project.files().get()))) {
                seen = now;
                take(now, findings);
            }
            // else it was written meanwhile, and is looked at again
        } catch (ConfigurationException e) {
            seen = null;
            refuse(e.getMessage().lines().toList());
        } catch (IOException e) {
            LOG.debug("a file has gone while it was looked at", e);
        }
    }

    private void take(RouteSources now, Findings findings) {
        if (!findings.faults().isEmpty()) {
            toldFaults = List.of();
            refuse(findings.faults());
            return;
        }
        findings.warnings().stream().filter(toldWarnings::add).forEach(warning -> LOG.warn("{}", warning));
        RouteSet wanted = RouteSet.of(now);
        RouteChange change = RouteChange.between(current, wanted);
        if (change.isEmpty()) {
            toldFaults = List.of();
            tellFixed(change);
            current = wanted;
            LOG.info("no route has changed");
            return;
        }
        Optional<BrokerException> away = brokerFault.get();
        if (away.isPresent()) {
            seen = null;
            waitForBroker(away.get());
            return;
        }
        toldFaults = List.of();
        tellFixed(change);
        swap(wanted, change);
    }

    /** Once: the same fault may be found again and again. */
    private void refuse(List<String> faults) {
        if (faults.equals(toldFaults)) {
            return;
        }
        toldFaults = faults;
        faults.forEach(fault -> LOG.error("{}", fault));
        LOG.warn("the change is not taken over; what runs goes on as it is");
    }

    private void waitForBroker(BrokerException away) {
        List<String> fault = List.of(away.getMessage());
        if (!fault.equals(toldFaults)) {
            LOG.warn("the change waits for the broker: {}", away.getMessage());
        }
        toldFaults = fault;
    }

    private static void tellFixed(RouteChange change) {
        change.fixed().forEach(what -> LOG.warn("restart kuteng to use {}, which has changed", what));
    }

    private void swap(RouteSet wanted, RouteChange change) {
        long begun = System.nanoTime();
        RouteSwap.Outcome outcome = new RouteSwap(running, ending, current, wanted, change).run();
        long millis = Duration.ofNanos(System.nanoTime() - begun).toMillis();
        current = outcome.runs();
        if (outcome.fault() != null) {
            LOG.error("{}", outcome.fault().getMessage());
            LOG.warn("the change is taken back after {} ms; what ran before runs again", millis);
            if (brokerFault.get().isPresent()) {
                // it went away meanwhile: no fault of the files
                seen = null;
            }
            return;
        }
        List<String> parts = new ArrayList<>();
        Stream.of(
                        part("swapped", outcome.swapped()),
                        part("started", outcome.started()),
                        part("ended", outcome.ended()))
                .flatMap(Optional::stream)
                .forEach(parts::add);
        String inHand = outcome.workInHand().compareTo(WORTH_TELLING) < 0
                ? ""
                : ", " + outcome.workInHand().toMillis() + " ms of it for the work in hand";
        LOG.info(
                "{} in {} ms{}",
                parts.isEmpty() ? "no route that runs has changed" : String.join("; ", parts),
                millis,
                inHand);
        List<String> left = change.started().stream()
                .filter(unit -> running.running(unit).isEmpty())
                .map(RouteSet.Unit::label)
                .toList();
        if (!left.isEmpty()) {
            LOG.info(
                    "{} not started: only {} are to run",
                    String.join(", ", left),
                    String.join(", ", project.selected()));
        }
    }

    private static Optional<String> part(String what, List<String> ids) {
        return ids.isEmpty() ? Optional.empty() : Optional.of(what + " " + String.join(", ", ids));
    }
}
