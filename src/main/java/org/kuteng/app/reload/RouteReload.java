package org.kuteng.app.reload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
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
     * @param dryRun lets Camel make the routes aside, which creates their beans, and says what it cannot make
     * @param warnings what it said at the start
     * @param properties the files with the settings, which are not reloaded
     * @param selected ids or patterns of the routes that are to run; empty: all
     * @param patience how long the work in hand of a route that ends may take
     */
    public record Project(
            Path place,
            Supplier<List<Path>> files,
            Supplier<Findings> check,
            Supplier<List<String>> dryRun,
            List<String> warnings,
            List<Path> properties,
            List<String> selected,
            Duration patience) {}

    private final Project project;
    private final RunningRoutes running;
    private final PropertiesWatch properties;
    private final ReloadLog log;
    private RouteSet current;

    /** What the files said the last time; null: they are to be looked at once more, whether or not they have changed. */
    private RouteTexts seen;

    private RouteEnding ending;
    private Supplier<Optional<BrokerException>> brokerFault;
    private FolderWatch watch;
    private volatile boolean stopping;

    /**
     * Reads the files to start with.
     *
     * @throws ConfigurationException if they cannot be read
     */
    public RouteReload(Project project) {
        this.project = project;
        try {
            seen = RouteTexts.read(project.files().get());
        } catch (IOException e) {
            throw new ConfigurationException("the route files cannot be read: " + e.getMessage());
        }
        current = RouteSet.of(seen);
        running = new RunningRoutes(current);
        properties = new PropertiesWatch(project.properties());
        log = new ReloadLog(project.warnings());
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
        attach(context, component, brokerFault);
        Path place = project.place().toAbsolutePath();
        watch = new FolderWatch(Files.isDirectory(place) ? place : place.getParent(), this::look);
    }

    /** The same without watching. */
    void attach(CamelContext context, WorkQueueComponent component, Supplier<Optional<BrokerException>> brokerFault) {
        this.brokerFault = brokerFault;
        ending = new RouteEnding(context, component, project.patience());
    }

    /** Nothing is exchanged from now on; a swap that has begun goes on. Does not wait. */
    public void stop() {
        stopping = true;
        if (watch != null) {
            watch.close();
        }
    }

    /**
     * After {@link #stop}: waits for the end of a swap that has begun.
     *
     * @param most for so long at most
     */
    public void awaitEnd(Duration most) {
        if (watch != null) {
            watch.awaitEnd(most);
        }
    }

    /** Takes over what has changed since the last look. */
    void look() {
        properties.look();
        try {
            RouteTexts now = RouteTexts.read(project.files().get());
            if (now.equals(seen)) {
                return;
            }
            Findings findings = check(now);
            if (now.equals(RouteTexts.read(project.files().get()))) {
                seen = now;
                take(now, findings);
            }
            // else it was written meanwhile, and is looked at again
        } catch (ConfigurationException e) {
            seen = null;
            log.refuse(e.getMessage().lines().toList());
        } catch (NoSuchFileException e) {
            LOG.debug("a file has gone while it was looked at", e);
        } catch (IOException e) {
            seen = null;
            log.refuse(e);
        }
    }

    /** A folder with beans is not tried out: they would be there twice, and may not bear that. */
    private Findings check(RouteTexts now) {
        Findings findings = project.check().get();
        if (!findings.faults().isEmpty()
                || !RouteSet.of(now).beans().isEmpty()
                || RouteChange.between(current, RouteSet.of(now)).isEmpty()) {
            return findings;
        }
        return new Findings(project.dryRun().get(), findings.warnings());
    }

    private void take(RouteTexts now, Findings findings) {
        if (!findings.faults().isEmpty()) {
            log.refuseAnew(findings.faults());
            return;
        }
        log.warn(findings.warnings());
        RouteSet wanted = RouteSet.of(now);
        RouteChange change = RouteChange.between(current, wanted);
        if (change.isEmpty()) {
            log.take(change);
            current = wanted;
            return;
        }
        Optional<BrokerException> away = brokerFault.get();
        if (away.isPresent()) {
            seen = null;
            log.waitFor(away.get());
            return;
        }
        log.take(change);
        swap(wanted, change);
    }

    private void swap(RouteSet wanted, RouteChange change) {
        long begun = System.nanoTime();
        new RouteSwap(running, ending, current, wanted, change, () -> !stopping)
                .run()
                .ifPresent(outcome -> {
                    current = outcome.runs();
                    tell(
                            change,
                            outcome,
                            Duration.ofNanos(System.nanoTime() - begun).toMillis());
                });
    }

    private void tell(RouteChange change, RouteSwap.Outcome outcome, long millis) {
        if (outcome.fault() == null) {
            log.swapped(outcome, millis);
            log.leftOut(
                    change.started().stream()
                            .filter(unit -> running.running(unit).isEmpty())
                            .map(RouteSet.Unit::label)
                            .toList(),
                    project.selected());
            return;
        }
        log.takenBack(outcome.fault(), millis);
        if (brokerFault.get().isPresent()) {
            // it went away meanwhile: no fault of the files
            seen = null;
        }
    }
}
