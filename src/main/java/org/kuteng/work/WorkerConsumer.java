package org.kuteng.work;

import com.rabbitmq.client.Channel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.Processor;
import org.apache.camel.RollbackExchangeException;
import org.apache.camel.Route;
import org.apache.camel.ShutdownRunningTask;
import org.apache.camel.Suspendable;
import org.apache.camel.component.springrabbit.SpringRabbitMQConstants;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.spi.ShutdownAware;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.UnitOfWorkHelper;
import org.kuteng.broker.BrokerException;
import org.kuteng.broker.QueueDefinition;
import org.kuteng.broker.QueueType;
import org.kuteng.events.Outcome;
import org.kuteng.publish.SendCallback;
import org.kuteng.untrusted.Thrown;
import org.kuteng.work.OnceOnly.Claim;
import org.kuteng.work.OnceOnly.NotNowException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.amqp.core.AcknowledgeMode;

/**
 * A worker: the consumer of one route, with a connection of its own, so that the broker's page shows who is who and a
 * blocked publisher does not hold it up. Comes back by itself when the connection is lost or the queue was deleted.
 * Whatever is thrown while a message is in hand, the message has an end, and the worker goes on.
 */
public final class WorkerConsumer extends DefaultConsumer implements Suspendable, ShutdownAware {

    /** The pauses before a message that could not be settled is tried again: nothing is lost meanwhile. */
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    /** Of a cause in a line of the log, in characters. */
    private static final int MAX_CAUSE = 200;

    private final Workers workers;
    private final WorkerOptions options;
    private final MessageReader reader;
    private final FailureHandler failures;

    /** Null until the route begins to consume for the first time. */
    private volatile WorkerConnection connection;

    /** The one that is being opened, or is open, before the route begins to consume; else null. */
    private final AtomicReference<WorkerConnection> ahead = new AtomicReference<>();

    /** Null if every delivery is worked on. */
    private volatile OnceOnly.Guard guard;

    private volatile Logger log;

    /** Whether what it needs is declared again when it is missing. */
    private final AtomicBoolean remembered = new AtomicBoolean();

    private final Set<String> tooLargeTold = ConcurrentHashMap.newKeySet();

    /** Guarded by this. */
    private final Pauses pauses = new Pauses(FIRST_PAUSE, LONGEST_PAUSE);

    /** The last reason for which a message was held back: told once. Guarded by this. */
    private String lastObstacle;

    /** @param reader makes messages of deliveries */
    public WorkerConsumer(
            Endpoint endpoint, Processor processor, Workers workers, WorkerOptions options, MessageReader reader) {
        super(endpoint, processor);
        this.workers = workers;
        this.options = options;
        this.reader = reader;
        this.failures = options.automatic() ? workers.failureHandler() : null;
        workers.openedAhead().add(this);
    }

    Workers workers() {
        return workers;
    }

    WorkerOptions options() {
        return options;
    }

    /**
     * Whether what was delivered before goes through a queue of its own. Not where one consumer at a time gets the
     * messages: two queues would have two such consumers, and the detour would change the order.
     */
    boolean caresForCrashes() {
        return failures != null && !options.singleActive();
    }

    /** Null until the route begins to consume for the first time. */
    WorkerConnection connection() {
        return connection;
    }

    /** How many consumers the broker has of this worker now. */
    public int activeConsumers() {
        WorkerConnection current = connection;
        return current == null ? 0 : current.consumers();
    }

    /** How many messages the broker has sent ahead of those in hand. */
    public int buffered() {
        WorkerConnection current = connection;
        return current == null ? 0 : current.buffered();
    }

    /** The messages in hand. */
    public List<Work> inHand() {
        WorkerConnection current = connection;
        return current == null ? List.of() : current.inHand();
    }

    int queueCount() {
        return Math.max(1, options.queues().size());
    }

    /** How many consumers the broker has of this worker when all is well. */
    public int wantedConsumers() {
        return options.consumers() * queueCount();
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        if (options.autoStartup()) {
            begin();
        }
    }

    @Override
    protected void doResume() throws Exception {
        begin();
    }

    @Override
    protected void doSuspend() {
        end();
    }

    @Override
    protected void doStop() throws Exception {
        end();
        super.doStop();
    }

    /**
     * Messages that a step keeps are given back last: a step that completes its batch when it is stopped
     * ({@code completeAllOnStop}) still has them in hand then, and they are not done once more.
     */
    @Override
    public boolean deferShutdown(ShutdownRunningTask task) {
        if (connection == null || inHand().stream().noneMatch(Work::isParked)) {
            return false;
        }
        stopTaking();
        return true;
    }

    @Override
    public int getPendingExchangesSize() {
        return 0;
    }

    @Override
    public void prepareShutdown(boolean suspendOnly, boolean forced) {
        // it is stopped, which hands back what is left
    }

    private void begin() throws FailedToStartRouteException {
        log = LoggerFactory.getLogger(getRouteId());
        guard = newGuard();
        if (guard == null && options.onceKey() != null) {
            log.warn("arg.once has no effect: set kuteng.route.{}.once=memory or jdbc", getRouteId());
        }
        workers.openedAhead().open(this);
        WorkerConnection opened = ahead.getAndSet(null);
        WorkerConnection fresh = opened == null ? new WorkerConnection(this, log) : opened;
        connection = fresh;
        workers.started(this);
        if (failures != null && options.autoDeclare()) {
            // declared again when a message for one of them finds it gone
            workers.failurePublisher().remember(options.topology());
            options.onDemand().forEach(workers.failurePublisher()::rememberOnDemand);
            remembered.set(true);
        }
        try {
            fresh.begin();
        } catch (BrokerException e) {
            end();
            throw e;
        }
    }

    /** Whether Camel, which starts now, will start its route, and nobody has a say in it. */
    boolean isAboutToBegin() {
        Route route = getRoute();
        if (route == null || connection != null) {
            return false;
        }
        CamelContext context = route.getCamelContext();
        List<RoutePolicy> policies = route.getRoutePolicyList();
        return context.isStarting()
                && options.autoStartup()
                && !Boolean.FALSE.equals(route.isAutoStartup())
                && !Boolean.FALSE.equals(context.isAutoStartup())
                && context.getAutoStartupExcludePattern() == null
                && (policies == null || policies.isEmpty());
    }

    /** Has its connection opened by one of these threads before its route begins. */
    void openAhead(Executor threads) {
        WorkerConnection fresh = new WorkerConnection(this, LoggerFactory.getLogger(getRouteId()));
        fresh.openAhead(threads);
        ahead.set(fresh);
    }

    private OnceOnly.Guard newGuard() throws FailedToStartRouteException {
        OnceOnly onceOnly = workers.onceOnly();
        if (onceOnly == null) {
            return null;
        }
        try {
            return onceOnly.guard(new OnceOnly.Worker(
                    getRoute(), wantedConsumers(), options.onceKey(), options.asynchronous(), options.automatic()));
        } catch (IllegalArgumentException e) {
            throw new FailedToStartRouteException(getRouteId(), e.getMessage(), e);
        }
    }

    private void end() {
        WorkerConnection unused = ahead.getAndSet(null);
        if (unused != null) {
            unused.stopTaking();
            unused.leave();
        }
        WorkerConnection last = connection;
        if (last == null) {
            // it never began, and there may not even be a broker: a route that is not started
            return;
        }
        last.stopTaking();
        // the time runs since it was asked to stop, by whomever
        workers.await(List.of(this), Workers.OtherWork.NONE, last.stopNanos());
        leave();
        last.awaitClosed();
        if (guard != null) {
            guard.close();
        }
        if (remembered.compareAndSet(true, false)) {
            workers.failurePublisher().forget(options.topology());
            options.onDemand().forEach(workers.failurePublisher()::forgetOnDemand);
        }
        workers.stopped(this);
    }

    /** The names of the queues that what fails is sent to; none if nothing is. */
    List<String> failureQueues() {
        return failures == null
                ? List.of()
                : options.queues().stream()
                        .flatMap(queue -> Stream.concat(
                                failures.queues(queue, QueueType.DURABLE).stream(),
                                failures.queuesOnDemand(queue).stream()))
                        .map(QueueDefinition::name)
                        .toList();
    }

    /** A message is larger than this process can hold; each queue is named once. */
    void tellTooLarge(String queue, long bytes) {
        if (tooLargeTold.add(queue)) {
            log.error(
                    "queue '{}' has a message of {} bytes, more than this process can hold ({}); it stays there, and the"
                            + " others are worked on (a larger heap and kuteng.message.maxSize, or remove the message)",
                    queue,
                    bytes,
                    workers.broker().settings().largestBodyHeld());
        }
    }

    /** Leaves the broker; what is in hand still goes back to its queue. Returns before that is done. */
    void leave() {
        WorkerConnection last = connection;
        if (last == null) {
            return;
        }
        long late = last.inHand().stream().filter(work -> !work.isParked()).count();
        if (last.leave() && late > 0) {
            log.warn(
                    "work on {} {} has not ended{}; {} back to the queue",
                    late,
                    late == 1 ? "message" : "messages",
                    workers.stopBudget().isCutShort()
                            ? ""
                            : " in time (kuteng.stop.timeout="
                                    + workers.settings().stopTimeout().toSeconds() + "s)",
                    late == 1 ? "it goes" : "they go");
        }
    }

    /** No further message is begun; what the broker sent ahead goes back to the queue. Returns at once. */
    public void stopTaking() {
        connection.stopTaking();
    }

    /** Whether no work is in hand after {@link #stopTaking}. */
    boolean isIdle() {
        return connection.isIdle();
    }

    /**
     * Waits for the work in hand.
     *
     * @param deadline in terms of {@link System#nanoTime()}
     */
    void awaitIdle(long deadline) {
        connection.awaitIdle(deadline);
    }

    /** The broker refuses what this worker needs, and trying again cannot help. */
    void refused(BrokerException fault) {
        log.error("{}", fault.getMessage());
        workers.refused(this, fault);
    }

    /** Works on a message, on the channel's own thread. Never throws. */
    void work(WorkerChannel channel, Delivery delivery) {
        Work work = new Work(delivery, channel.settlement(), options.asynchronous());
        channel.taken(work);
        try {
            begin(channel, work);
        } catch (Throwable e) {
            work.fail(failure(work.exchange(), e));
            work.routeCompleted();
        }
        if (Thread.interrupted()) {
            log.debug("a step left the interrupt flag of the worker's thread set; cleared");
        }
    }

    private void begin(WorkerChannel channel, Work work) throws Exception {
        Delivery delivery = work.delivery();
        if (delivery.envelope().isRedeliver() && caresForCrashes()) {
            FailureHandler.Move move = failures.beforeWork(delivery, getRoute());
            if (move != null) {
                move(channel, work, move);
                return;
            }
        }
        Exchange exchange = createExchange(false);
        work.begin(exchange);
        if (options.acknowledgeMode() == AcknowledgeMode.MANUAL) {
            exchange.setProperty(SpringRabbitMQConstants.CHANNEL, (Channel) delivery.channel());
        }
        int most = workers.broker().settings().maxMessageSize();
        if (delivery.bodySize() > most && failures != null) {
            work.fail(new Failure(new MessageTooLargeException(delivery.bodySize(), most), getRouteId(), null, true));
            work.routeCompleted();
            return;
        }
        reader.read(delivery, exchange);
        if (guard == null || claim(channel, work, exchange)) {
            route(work, exchange);
        }
    }

    /** @return whether the message is to be worked on; it has ended if not */
    private boolean claim(WorkerChannel channel, Work work, Exchange exchange) throws InterruptedException {
        try {
            Optional<Claim> claim = guard.claim(exchange, work.delivery());
            if (claim.isEmpty()) {
                releaseExchange(exchange, false);
                channel.acknowledge(work, Outcome.SKIPPED);
                return false;
            }
            work.claim(claim.get());
            return true;
        } catch (NotNowException e) {
            putBack(channel, work, e);
            return false;
        }
    }

    private void route(Work work, Exchange exchange) {
        if (options.asynchronous()) {
            try {
                getAsyncProcessor().process(exchange, sync -> routeCompleted(work, exchange));
            } catch (Throwable e) {
                ended(exchange, e);
                routeCompleted(work, exchange);
            }
            return;
        }
        try {
            getProcessor().process(exchange);
        } catch (Throwable e) {
            ended(exchange, e);
        }
        routeCompleted(work, exchange);
    }

    /** Camel lets an Error through, and does not end what it began for the exchange: a stop would wait for it. */
    private void ended(Exchange exchange, Throwable thrown) {
        exchange.setException(thrown);
        UnitOfWorkHelper.doneUow(exchange.getUnitOfWork(), exchange);
        exchange.getContext().getInflightRepository().remove(exchange, getRouteId());
    }

    private void routeCompleted(Work work, Exchange exchange) {
        try {
            if (exchange.getException() != null) {
                work.fail(failure(exchange, exchange.getException()));
            } else if (exchange.isRollbackOnly() || exchange.isRollbackOnlyLast()) {
                work.fail(FailedStep.of(
                        exchange, new RollbackExchangeException("the route marked it for rollback", exchange), false));
            }
            String holder = work.heldBy();
            if (holder != null && work.claim().isBoundToThread()) {
                work.fail(FailedStep.of(
                        exchange,
                        new IllegalStateException("step '" + holder + "' keeps the message beyond its route, where the"
                                + " transaction of kuteng.once=jdbc does not reach"),
                        false));
                giveBackClaim(work);
            }
        } catch (Throwable e) {
            work.fail(failure(exchange, e));
        }
        work.routeCompleted();
    }

    private void giveBackClaim(Work work) {
        Claim claim = work.claim();
        work.claim(Claim.NONE);
        try {
            claim.giveBack();
        } catch (NotNowException e) {
            log.debug("the claim ended with its transaction", e);
        }
    }

    private static Failure failure(Exchange exchange, Throwable thrown) {
        try {
            if (exchange != null) {
                return FailedStep.of(exchange, thrown, false);
            }
        } catch (RuntimeException e) {
            LoggerFactory.getLogger("kuteng.worker").debug("the failed step is not known", e);
        }
        return new Failure(thrown, null, null, false);
    }

    /** All that came of the message is done or has failed: it leaves the worker's hand. Never throws. */
    void settle(WorkerChannel channel, Work work) {
        // a step may have left it set, and what follows waits for the broker
        Thread.interrupted();
        try {
            if (work.outcome() != null) {
                settleClaim(work);
                log.debug("work has ended after its message was given back: {}", work.outcome());
                return;
            }
            if (work.failure() == null && work.notDone() != null) {
                giveBackClaim(work);
                putBack(channel, work, new NotNowException(work.notDone(), null));
                return;
            }
            settleClaim(work);
            if (work.failure() == null) {
                work.whenDone().forEach(this::run);
            }
            Exchange done = work.takeExchange();
            if (done != null) {
                releaseExchange(done, false);
            }
            settleMessage(channel, work);
        } catch (NotNowException e) {
            putBackSafely(channel, work, e);
        } catch (Throwable e) {
            // nothing above is expected to throw: the message must not hang all the same
            holdBack(
                    channel,
                    work,
                    "it could not be settled: " + Thrown.line(e, MAX_CAUSE),
                    () -> settle(channel, work));
        }
    }

    private void putBackSafely(WorkerChannel channel, Work work, NotNowException why) {
        try {
            putBack(channel, work, why);
        } catch (Throwable e) {
            log.debug("simply given back", e);
            channel.giveBack(work, Outcome.PUT_BACK);
        }
    }

    private void run(Runnable whenDone) {
        try {
            whenDone.run();
        } catch (Throwable e) {
            log.warn("work is done, but that could not be noted: {}", Thrown.line(e, MAX_CAUSE), Thrown.forLog(e));
        }
    }

    /** Ends the claim; work that cannot stand has failed. */
    private void settleClaim(Work work) throws NotNowException {
        Claim claim = work.claim();
        work.claim(Claim.NONE);
        try {
            if (work.failure() == null) {
                claim.keep();
            } else {
                claim.giveBack();
            }
        } catch (RuntimeException e) {
            work.fail(failure(work.exchange(), e));
        }
    }

    private void settleMessage(WorkerChannel channel, Work work) {
        Failure failure = work.failure();
        Delivery delivery = work.delivery();
        if (failure == null) {
            settled();
            channel.acknowledge(work, Outcome.DONE);
        } else if (!options.acknowledging()) {
            log.error(
                    "work failed and the message is lost, since acknowledgements are off: {}",
                    Thrown.line(failure.cause(), MAX_CAUSE));
            channel.ended(work, Outcome.LOST);
        } else if (failures == null) {
            log.warn(
                    "work failed; the message goes back to queue '{}': {}",
                    delivery.queue(),
                    Thrown.line(failure.cause(), MAX_CAUSE),
                    Thrown.forLog(failure.cause()));
            holdBack(channel, work, null, () -> channel.giveBack(work, Outcome.PUT_BACK));
        } else if (!delivery.channel().isOpen()) {
            log.warn(
                    "work failed while the connection was lost; the broker will deliver the message again: {}",
                    Thrown.line(failure.cause(), MAX_CAUSE));
            channel.giveBack(work, Outcome.PUT_BACK);
        } else {
            move(channel, work, failures.afterFailure(new FailureHandler.FailedWork(delivery, failure, getRoute())));
        }
    }

    private void putBack(WorkerChannel channel, Work work, Exception why) {
        log.debug("the message goes back to queue '{}': {}", work.delivery().queue(), why.toString());
        FailureHandler.Move move = failures == null ? null : failures.handBack(work.delivery());
        if (move == null) {
            channel.giveBack(work, Outcome.PUT_BACK);
        } else {
            move(channel, work, move);
        }
    }

    /** Sends what stands for the message from now on, and acknowledges the message when the broker has it. */
    private void move(WorkerChannel channel, Work work, FailureHandler.Move move) {
        SendCallback sent = failure -> {
            if (failure == null) {
                settled();
                if (move.why() != null) {
                    log.warn("{}", move.why());
                }
                channel.acknowledge(work, move.outcome());
            } else {
                holdBack(
                        channel,
                        work,
                        "it could not be sent to " + move.message().target() + ": " + Thrown.line(failure, MAX_CAUSE),
                        () -> move(channel, work, move));
            }
        };
        try {
            workers.failurePublisher().send(move.message(), sent);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            sent.sent(e);
        } catch (RuntimeException | Error e) {
            sent.sent(new IllegalStateException(Thrown.line(e, MAX_CAUSE), e));
        }
    }

    /**
     * The message stays in hand for a pause that grows while the obstacle lasts, and is tried again. It does not go back
     * to its queue meanwhile, where it would come again at once and look as if its worker had crashed.
     *
     * @param obstacle what is in the way; null: it is told already
     */
    private void holdBack(WorkerChannel channel, Work work, String obstacle, Runnable again) {
        if (work.outcome() != null) {
            // given back when the worker left the broker
            return;
        }
        if (!work.delivery().channel().isOpen()) {
            // the broker has it back already
            channel.giveBack(work, Outcome.LOST);
            return;
        }
        Duration pause = pause(obstacle);
        connection.laterOrStopped(again, () -> channel.giveBack(work, Outcome.HANDED_BACK), pause);
    }

    private synchronized Duration pause(String obstacle) {
        Duration pause = pauses.next();
        if (obstacle != null && !obstacle.equals(lastObstacle)) {
            lastObstacle = obstacle;
            log.warn(
                    "a message stays in hand, since {}; trying again in {}, then less often",
                    obstacle,
                    workers.text(pause));
        }
        return pause;
    }

    private synchronized void settled() {
        if (lastObstacle != null) {
            lastObstacle = null;
            log.info("messages can be settled again");
        }
        pauses.reset();
    }

    /** It was not worked on, and goes back to the queue as if it had never been taken. */
    void handBack(WorkerChannel channel, Delivery delivery) {
        Work work = new Work(delivery, ended -> {}, false);
        channel.taken(work);
        if (!delivery.channel().isOpen()) {
            // the broker has it back already; sent back as well it would be there twice
            channel.giveBack(work, Outcome.LOST);
            return;
        }
        try {
            FailureHandler.Move move = failures == null ? null : failures.handBack(delivery);
            if (move != null) {
                move(channel, work, move);
                return;
            }
        } catch (Throwable e) {
            log.debug("simply given back", e);
        }
        channel.giveBack(work, Outcome.HANDED_BACK);
    }
}
