package org.kuteng.app;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.main.SimpleMainShutdownStrategy;
import org.kuteng.app.check.Problem;
import org.kuteng.app.reload.ExchangeableDirect;
import org.kuteng.app.reload.RouteReload;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerException;
import org.kuteng.rabbitmq.WorkQueueComponent;
import org.kuteng.work.StopBudget;
import org.kuteng.work.WorkerConsumer;
import org.kuteng.work.Workers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A set of routes with their broker, from start to stop. */
public final class KutengApplication {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng");

    /** What the original programs print when they are ready. */
    public static final String WAITING = " [*] Waiting for messages. To exit press CTRL+C";

    /** How often the end of the process looks whether the time is over. */
    private static final long STOP_CHECK_MILLIS = 50;

    /** Whoever waits longer than this for the end is told how to cut it short. */
    private static final Duration HINT_AFTER = Duration.ofMillis(900);

    private static final int FAILED = 1;

    private final Settings settings;
    private final Optional<BrokerInUse.Preparation> prepared;
    private final RouteSelection selection;
    private final List<String> routeIds;
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final AtomicBoolean failed = new AtomicBoolean();
    private final AtomicBoolean waitingTold = new AtomicBoolean();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final SimpleMainShutdownStrategy shutdown = new SimpleMainShutdownStrategy();
    private final StopBudget stopBudget;
    private volatile Broker broker;

    /**
     * @param prepared the embedded broker, if its start has begun already
     * @param selection the route files, checked already
     * @param routeIds the routes to run; every route of the files if empty
     */
    public KutengApplication(
            Settings settings,
            Optional<BrokerInUse.Preparation> prepared,
            RouteSelection selection,
            List<String> routeIds) {
        this.settings = settings;
        this.prepared = prepared;
        this.selection = selection;
        this.routeIds = routeIds;
        this.stopBudget = new StopBudget(settings.get(Setting.STOP_TIMEOUT));
    }

    /**
     * Runs until the process is told to stop, or until the broker refuses in a way that trying again cannot help.
     *
     * @return false if a fault ended it, which is in the log
     * @throws BrokerException if the broker refuses so at the start
     * @throws ConfigurationException if Camel cannot start the routes
     */
    public boolean run() {
        Thread hook = new Thread(this::stopAndWait, "kuteng-stop");
        Runtime.getRuntime().addShutdownHook(hook);
        // the broker starts beside Camel
        CompletableFuture<BrokerInUse> starting = Background.start(
                "kuteng-broker-start", () -> BrokerInUse.start(settings, prepared, () -> !stopping.get()));
        try {
            runCamel(() -> Background.join(starting));
        } finally {
            starting.thenAccept(BrokerInUse::close).exceptionally(e -> null).join();
            stopped.countDown();
        }
        return !failed.get();
    }

    private void runCamel(Supplier<BrokerInUse> brokerInUse) {
        Main main = new Main();
        main.setShutdownStrategy(shutdown);
        WorkQueueComponent component = KutengCamel.setUp(main, settings);
        component.setRefusalListener((routeId, fault) -> endRoute(routeId, main));
        component.setReadyListener(() -> tellWaiting(component));
        component.setStopBudget(stopBudget);
        RouteReload reload = reload();
        main.bind("direct", new ExchangeableDirect());
        main.configure().setRoutesIncludePattern("false");
        main.configure().addRoutesBuilder(reload.routes());
        if (!routeIds.isEmpty()) {
            main.configure().setRouteFilterIncludePattern(String.join(",", routeIds));
        }
        OnceInUse once = OnceInUse.from(settings);
        once.bindTo(main);
        main.addMainListener(new MainListenerSupport() {
            @Override
            public void beforeStart(BaseMainSupport camel) {
                // routes are read by now; they connect when they are created: from here on there has to be a broker
                broker = brokerInUse.get().broker();
                if (broker == null) {
                    throw new IllegalStateException("told to stop before the broker was there");
                }
                camel.getCamelContext().getRegistry().bind("broker", broker);
                once.open(camel.getCamelContext());
            }

            @Override
            public void afterConfigure(BaseMainSupport camel) {
                CamelDefaults.withoutOwnReload(camel.getCamelContext());
            }

            @Override
            public void afterStart(BaseMainSupport camel) {
                tellStarted(camel.getCamelContext(), component);
                if (settings.get(Setting.RELOAD)) {
                    reload.start(camel.getCamelContext(), component, KutengApplication.this::brokerFault);
                }
            }

            @Override
            public void beforeStop(BaseMainSupport camel) {
                reload.stop();
                endRoutes(camel.getCamelContext(), component.workers());
                reload.awaitEnd(stopBudget.waitLeft());
                CamelDefaults.limitShutdown(camel.getCamelContext(), stopBudget.waitLeft());
            }
        });
        try {
            main.run();
        } catch (Exception e) {
            main.stop();
            if (!stopping.get()) {
                throw StartFault.explain(e);
            }
        } finally {
            once.close();
        }
    }

    private RouteReload reload() {
        return new RouteReload(new RouteReload.Project(
                settings.get(Setting.ROUTES),
                () -> RouteFiles.find(settings.get(Setting.ROUTES)),
                () -> RouteSelection.again(settings, routeIds),
                () -> RouteSelection.dryRun(settings),
                selection.warnings().stream().map(Problem::toString).toList(),
                settings.files(),
                routeIds,
                settings.get(Setting.STOP_TIMEOUT)));
    }

    /** Why the broker cannot be used now; empty if it can. */
    private Optional<BrokerException> brokerFault() {
        try {
            broker.open("kuteng reload", null).abort();
            return Optional.empty();
        } catch (BrokerException e) {
            return Optional.of(e);
        }
    }

    private void tellStarted(CamelContext context, WorkQueueComponent component) {
        LOG.info(
                "running {}",
                context.getRoutes().stream().map(route -> route.getRouteId()).collect(Collectors.joining(", ")));
        tellWaiting(component);
    }

    private void tellWaiting(WorkQueueComponent component) {
        List<WorkerConsumer> workers = component.workers().all();
        boolean ready = !workers.isEmpty()
                && workers.stream().allMatch(worker -> worker.activeConsumers() == worker.wantedConsumers());
        if (ready && waitingTold.compareAndSet(false, true)) {
            LOG.info(WAITING);
        }
    }

    /** The broker refuses what a route needs, and trying again cannot help: its route ends, and the others go on. */
    private void endRoute(String routeId, Main main) {
        // not on this thread, which the route waits for when it stops
        Background.start("kuteng-end-" + routeId, () -> {
            CamelContext context = main.getCamelContext();
            try {
                context.getRouteController().stopRoute(routeId);
            } catch (Exception e) {
                LOG.error("route {} cannot be stopped: {}", routeId, e.toString(), e);
            }
            boolean anyLeft = context.getRoutes().stream()
                    .anyMatch(route -> RoutesInFlight.isSource(route)
                            && context.getRouteController()
                                    .getRouteStatus(route.getRouteId())
                                    .isStarted());
            if (anyLeft) {
                LOG.error("route {} has ended; the others go on", routeId);
            } else if (failed.compareAndSet(false, true)) {
                LOG.error("stopping, since no route is left");
                stopBudget.begin();
                shutdown.shutdown();
                if (!awaitStopped(() -> stopBudget.left().isZero())) {
                    // the thread that should have ended the program hangs
                    System.exit(FAILED);
                }
            }
            return null;
        });
    }

    /** Lets all routes end what they have in hand at the same time, and leaves the broker with what is late. */
    private void endRoutes(CamelContext context, Workers workers) {
        stopBudget.begin();
        RoutesInFlight routes = new RoutesInFlight(context);
        CompletableFuture<Void> suspended = Background.start("kuteng-suspend", () -> {
            routes.suspendSources();
            return null;
        });
        boolean done = workers.stop(
                routeId -> true, () -> suspended.isDone() ? routes.unfinished() : List.of("routes to pause"));
        if (!done) {
            workers.leave();
            routes.unfinished().forEach(late -> LOG.warn("stopping without waiting for {}", late));
        }
    }

    /** Runs in the JVM's shutdown hook: the JVM lives on until the work in hand is done. */
    private void stopAndWait() {
        stopBudget.begin();
        stopping.set(true);
        SecondSignal.listen(this::stopNow);
        if (broker != null) {
            broker.wakeWaiting();
        }
        shutdown.shutdown();
        long hintNanos = System.nanoTime() + HINT_AFTER.toNanos();
        if (!awaitStopped(() -> stopBudget.isWaitOver() || System.nanoTime() - hintNanos >= 0)
                && !stopBudget.isWaitOver()) {
            LOG.info("stopping; another Ctrl+C or SIGTERM hands back at once what is in hand");
        }
        if (!awaitStopped(() -> stopBudget.left().isZero()) && !stopBudget.isCutShort()) {
            LOG.warn(
                    "not everything has stopped within {} s (kuteng.stop.timeout); ending all the same",
                    stopBudget.total().toSeconds());
        }
    }

    private void stopNow() {
        if (stopBudget.cutShort()) {
            LOG.info("stopping at once: what is in hand goes back to its queue");
        }
    }

    /** @return false if not everything has stopped when the time is over */
    private boolean awaitStopped(BooleanSupplier over) {
        try {
            while (!stopped.await(STOP_CHECK_MILLIS, TimeUnit.MILLISECONDS)) {
                if (over.getAsBoolean()) {
                    return false;
                }
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
