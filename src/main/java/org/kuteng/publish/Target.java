package org.kuteng.publish;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.kuteng.broker.BrokerException;
import org.kuteng.broker.BrokerFaults;
import org.kuteng.broker.Topology;
import org.kuteng.events.WorkEvents;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where messages go, an exchange and a routing key: lets senders in as long as there is room, in the order in which they
 * are written, and decides what becomes of a message that the broker did not take. Has a channel of its own, so that a
 * full queue holds up nobody else.
 */
final class Target implements PublishingChannel.Owner {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.publisher");

    /** A message that may have closed the channel this often is given up: it would close it for ever. */
    private static final int MAX_CHANNELS_CLOSED = 3;

    /** A message whose write ended this often with an Error is given up. */
    private static final int MAX_WRITE_FAULTS = 2;

    /** How long a channel that could not be opened is not asked for again. */
    private static final long OPEN_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private static final Duration FIRST_DECLARE_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_DECLARE_PAUSE = Duration.ofSeconds(10);

    /** A queue that is full for less than this is nothing to write about. */
    private static final long TOLD_AFTER_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final String STOPPING = "kuteng is stopping";

    private final String name;
    private final String description;
    private final Services services;

    /** Held while a message is given its place and written, and while its channel is opened. */
    private final ReentrantLock sending = new ReentrantLock();

    /** Guards all that follows; never held during I/O. */
    private final ReentrantLock state = new ReentrantLock();

    private final Condition changed = state.newCondition();
    private final PriorityQueue<Unconfirmed> again =
            new PriorityQueue<>(Comparator.comparingLong((Unconfirmed unconfirmed) -> unconfirmed.order));
    private final List<PublishingChannel> retired = new ArrayList<>();

    /** How many senders wait, by the queue whose work sends; null: no worker. */
    private final Map<String, Integer> waitingFrom = new HashMap<>();

    private final Refusals refusals = new Refusals();
    private final AtomicBoolean mending = new AtomicBoolean();

    /** Null while there is none. */
    private volatile PublishingChannel channel;

    /** Nothing new is written while something is to be sent again. */
    private volatile boolean againPending;

    private volatile int waiting;
    private volatile boolean closed;

    /** What has to wait is refused. */
    private volatile boolean waitsNoMore;

    private volatile long openNotBefore = System.nanoTime();
    private volatile long lastUsed = System.nanoTime();

    /** Guarded by {@link #sending}. */
    private long written;

    /** Guarded by {@link #sending}: it is not in use any more, and senders ask for another one. */
    private boolean gone;

    private BrokerException openFailure;

    /** The connection that served this target badly: waited for another one while that is being opened. */
    private PublishingLink avoided;

    private Topology toDeclare;
    private boolean declaredOnce;
    private long declaredAt;
    private long declareNotBefore = System.nanoTime();

    /** After one that failed. */
    private long nextDeclareAttempt = System.nanoTime();

    private Duration declarePause = FIRST_DECLARE_PAUSE;
    private int closings;

    /** Since when the broker takes nothing for it; 0: it does. */
    private long blockedSince;

    private volatile boolean blockedTold;

    /** @param name the queue on the default exchange; else the exchange and the routing key */
    Target(String name, String description, Services services) {
        this.name = name;
        this.description = description;
        this.services = services;
    }

    /** The queue on the default exchange; else the exchange and the routing key. */
    String name() {
        return name;
    }

    // --- letting senders in

    /**
     * Writes a message as soon as there is room for it.
     *
     * @param from the work queue whose work sends; null if no worker does
     * @return false if this target is in use no more
     * @throws SendFailedException if it could not be written; nothing was sent
     */
    boolean send(Unconfirmed unconfirmed, String from) throws InterruptedException {
        Admission admission = null;
        while (true) {
            lockForSending();
            try {
                if (gone) {
                    return false;
                }
                if (!againPending && !closed) {
                    PublishingChannel current = usableChannel();
                    if (current != null) {
                        unconfirmed.order = ++written;
                        if (current.write(unconfirmed)) {
                            lastUsed = unconfirmed.writtenAt;
                            return true;
                        }
                    }
                }
            } finally {
                sending.unlock();
            }
            if (unconfirmed.writeFaults >= MAX_WRITE_FAULTS) {
                throw SendFailedException.unknown(unconfirmed.message, "its write ended with an error", null);
            }
            if (admission == null) {
                admission = new Admission(unconfirmed.message, from);
            }
            admission.await();
        }
    }

    /** An interrupt that came earlier is not a reason not to send; only who has to wait minds it. */
    private void lockForSending() throws InterruptedException {
        if (!sending.tryLock()) {
            sending.lockInterruptibly();
        }
    }

    /** One sender that waits. */
    private final class Admission {
        private final OutgoingMessage message;
        private final String from;
        private long deadline = nextDeadline();
        private boolean wasBlocked;

        Admission(OutgoingMessage message, String from) {
            this.message = message;
            this.from = from;
        }

        void await() throws InterruptedException {
            state.lock();
            waiting++;
            waitingFrom.merge(from, 1, Integer::sum);
            try {
                while (true) {
                    if (closed || waitsNoMore) {
                        throw SendFailedException.notSent(message, STOPPING, null);
                    }
                    if (mayTry()) {
                        return;
                    }
                    boolean blocked = isBlocked();
                    if (blocked || wasBlocked) {
                        // the time in which the broker takes nothing does not count
                        deadline = nextDeadline();
                    }
                    if (blocked) {
                        services.flowWatch().run();
                    }
                    wasBlocked = blocked;
                    long left = deadline - System.nanoTime();
                    if (left <= 0) {
                        throw SendFailedException.notSent(message, whyNotWritten(), openFailure);
                    }
                    changed.awaitNanos(Math.min(left, untilOpening(left)));
                }
            } finally {
                waitingFrom.merge(from, -1, (some, one) -> some + one == 0 ? null : some + one);
                waiting--;
                state.unlock();
            }
        }
    }

    private long nextDeadline() {
        return System.nanoTime() + services.settings().confirmTimeout().toNanos();
    }

    private long untilOpening(long otherwise) {
        long left = openNotBefore - System.nanoTime();
        return left > 0 ? left : otherwise;
    }

    private boolean mayTry() {
        if (againPending) {
            return false;
        }
        PublishingChannel current = channel;
        if (current != null) {
            return current.hasRoom() || current.isClosed();
        }
        return linkToOpenOn() != null;
    }

    /** Null while there is none; sees to it that there will be one. */
    private PublishingLink linkToOpenOn() {
        PublishingLink link = services.connection().current();
        if (link == null) {
            services.connection().open();
            return null;
        }
        boolean another = link == avoided && services.connection().isRenewing(link);
        return another || openNotBefore - System.nanoTime() > 0 || link.isBlocked() ? null : link;
    }

    private String whyNotWritten() {
        String within =
                "no room within " + services.settings().confirmTimeout().toMillis() + " ms (kuteng.confirm.timeout): ";
        PublishingChannel current = channel;
        if (services.connection().current() == null) {
            return within + "no connection to the broker at "
                    + services.connection().describe();
        }
        if (openFailure != null) {
            return within + openFailure.getMessage();
        }
        return within
                + (current == null || againPending
                        ? "earlier messages wait to be sent again"
                        : current.unconfirmed() + " messages are unconfirmed (kuteng.confirm.window)");
    }

    /** With {@link #sending} held: what is written to now; null if that has to wait. */
    private PublishingChannel usableChannel() {
        PublishingChannel current = channel;
        if (current != null) {
            PublishingLink link = services.connection().current();
            boolean moves = link != null && current.link() != link && current.isIdle();
            if (!moves) {
                return current;
            }
            retire(current);
        }
        state.lock();
        PublishingLink link;
        try {
            link = linkToOpenOn();
        } finally {
            state.unlock();
        }
        return link == null ? null : open(link);
    }

    private PublishingChannel open(PublishingLink link) {
        PublishingChannel opened;
        try {
            opened = new PublishingChannel(link, services, this);
        } catch (IOException | RuntimeException e) {
            BrokerException failure = BrokerFaults.ofRequest("open a channel for sending", e);
            LOG.debug("{}", failure.getMessage(), e);
            state.lock();
            try {
                openFailure = failure;
                openNotBefore = System.nanoTime() + OPEN_PAUSE_NANOS;
            } finally {
                state.unlock();
            }
            return null;
        }
        state.lock();
        try {
            openFailure = null;
            channel = opened;
        } finally {
            state.unlock();
        }
        opened.watch();
        return opened;
    }

    /** Lets the channel go once it waits for no answer any more; the next message opens another one. */
    private void retire(PublishingChannel which) {
        state.lock();
        try {
            if (channel == which) {
                channel = null;
                retired.add(which);
            }
        } finally {
            state.unlock();
        }
        which.retire();
    }

    // --- what the broker answers

    @Override
    public void confirmed(PublishingChannel on, List<Unconfirmed> messages) {
        if (refusals.isUnderCure() || closings > 0) {
            noteHealthy(on);
        }
        WorkEvents events = services.events();
        if (events != WorkEvents.NONE && services.settings().confirm()) {
            long now = System.nanoTime();
            for (Unconfirmed unconfirmed : messages) {
                events.confirmed(
                        unconfirmed.message.exchange(),
                        unconfirmed.message.routingKey(),
                        Duration.ofNanos(now - unconfirmed.writtenAt));
            }
        }
        for (Unconfirmed unconfirmed : messages) {
            unconfirmed.failure = null;
        }
        services.completions().tell(messages);
    }

    private void noteHealthy(PublishingChannel on) {
        state.lock();
        try {
            closings = 0;
            if (on == channel) {
                refusals.confirmed();
            }
        } finally {
            state.unlock();
        }
    }

    @Override
    public void refused(PublishingChannel on, List<Unconfirmed> messages) {
        List<Unconfirmed> told = new ArrayList<>();
        List<Unconfirmed> sentAgain = new ArrayList<>();
        PublishingChannel toRetire = null;
        PublishingLink toRenew = null;
        long now = System.nanoTime();
        state.lock();
        try {
            for (Unconfirmed unconfirmed : messages) {
                unconfirmed.refusals++;
                unconfirmed.verdict = SendFailedException.refused(unconfirmed.message);
                Refusals.Cure cure = closed || on.isClosed()
                        ? Refusals.Cure.TELL
                        : refusals.refused(unconfirmed.refusals, on == channel && toRetire == null, now);
                if (cure == Refusals.Cure.FRESH_CHANNEL || cure == Refusals.Cure.FRESH_CONNECTION) {
                    toRetire = on;
                    toRenew = cure == Refusals.Cure.FRESH_CONNECTION ? on.link() : null;
                }
                (cure == Refusals.Cure.TELL ? told : sentAgain).add(unconfirmed);
            }
        } finally {
            state.unlock();
        }
        for (Unconfirmed unconfirmed : messages) {
            services.events().refused(unconfirmed.message.exchange(), unconfirmed.message.routingKey());
        }
        if (toRenew != null && services.connection().renew(toRenew)) {
            state.lock();
            try {
                avoided = toRenew;
            } finally {
                state.unlock();
            }
        }
        if (toRetire != null) {
            LOG.info(
                    "{} refuses messages: tried again on a fresh {}",
                    description,
                    toRenew == null ? "channel" : "connection");
            retire(toRetire);
        }
        tell(told);
        sendAgain(sentAgain);
    }

    @Override
    public void returned(PublishingChannel on, List<Unconfirmed> messages) {
        List<Unconfirmed> told = new ArrayList<>();
        List<Unconfirmed> sentAgain = new ArrayList<>();
        for (Unconfirmed unconfirmed : messages) {
            SendFailedException reason = unconfirmed.returned;
            String exchange = unconfirmed.message.exchange();
            String routingKey = unconfirmed.message.routingKey();
            unconfirmed.verdict = reason;
            if (reason.kind() == SendFailedException.Kind.RETURNED) {
                services.events().returned(exchange, routingKey, reason.getMessage());
                (isDeclaredFor(unconfirmed) ? sentAgain : told).add(unconfirmed);
            } else {
                // the embedded broker says why: no other channel helps
                services.events().refused(exchange, routingKey);
                told.add(unconfirmed);
            }
        }
        tell(told);
        sendAgain(sentAgain);
    }

    /** Whether there will be a queue for it, since what this process knows of its way is declared again. Once each. */
    private boolean isDeclaredFor(Unconfirmed unconfirmed) {
        Topology needed = unconfirmed.redeclared || closed
                ? null
                : services.declarations().neededBy(unconfirmed.message);
        if (needed == null) {
            return false;
        }
        unconfirmed.redeclared = true;
        long now = System.nanoTime();
        state.lock();
        try {
            boolean since = declaredOnce && unconfirmed.writtenAt - declaredAt < 0;
            if (toDeclare != null || since) {
                return true;
            }
            if (declareNotBefore - now > 0) {
                return false;
            }
            toDeclare = needed;
            declareNotBefore = now + declarePause.toNanos();
            Duration doubled = declarePause.multipliedBy(2);
            declarePause = doubled.compareTo(LONGEST_DECLARE_PAUSE) > 0 ? LONGEST_DECLARE_PAUSE : doubled;
            return true;
        } finally {
            state.unlock();
        }
    }

    @Override
    public void roomChanged() {
        if (againPending) {
            mend();
        }
        if (waiting > 0) {
            wake();
        }
    }

    /** Lets those who wait look again whether they may send. */
    void wake() {
        state.lock();
        try {
            changed.signalAll();
        } finally {
            state.unlock();
        }
    }

    @Override
    public void ended(PublishingChannel endedChannel, List<Unconfirmed> unconfirmed, ShutdownSignalException cause) {
        boolean byBroker = !cause.isHardError() && !cause.isInitiatedByApplication();
        String reply = cause.isHardError() ? null : BrokerFaults.replyText(cause);
        state.lock();
        try {
            retired.remove(endedChannel);
            if (channel == endedChannel) {
                channel = null;
            }
            if (byBroker && closings++ > 0) {
                // the first time at once: most often one message is to blame, and it is found
                openNotBefore = System.nanoTime() + OPEN_PAUSE_NANOS;
            }
        } finally {
            state.unlock();
        }
        if (byBroker) {
            LOG.warn("the broker closed the channel for sending to {}: {}", description, reply);
        }
        List<Unconfirmed> told = new ArrayList<>();
        List<Unconfirmed> sentAgain = new ArrayList<>();
        for (Unconfirmed message : unconfirmed) {
            SendFailedException failure = failureAtTheEnd(message, byBroker ? reply : null, cause);
            if (failure == null) {
                sentAgain.add(message);
            } else {
                told.add(message);
                message.verdict = failure;
            }
        }
        tell(told);
        sendAgain(sentAgain);
        wake();
    }

    /**
     * What a sender is told whose message was unconfirmed on a channel that ended.
     *
     * @param reply why the broker closed the channel; null if it did not
     * @return null if the message is sent again
     */
    private SendFailedException failureAtTheEnd(Unconfirmed message, String reply, ShutdownSignalException cause) {
        if (closed) {
            return SendFailedException.unknown(message.message, STOPPING, null);
        }
        if (reply != null && isGuilty(message, reply)) {
            boolean noExchange = BrokerFaults.replyCode(cause) == AMQP.NOT_FOUND;
            return noExchange && isDeclaredFor(message)
                    ? null
                    : new SendFailedException(
                            noExchange ? SendFailedException.Kind.RETURNED : SendFailedException.Kind.REFUSED,
                            "message for " + message.message.target() + " was refused by the broker: " + reply,
                            cause);
        }
        if (message.writeFaults >= MAX_WRITE_FAULTS) {
            return SendFailedException.unknown(message.message, "its write ended with an error", cause);
        }
        boolean retiredByUs = cause.isInitiatedByApplication() && !cause.isHardError();
        return services.settings().sendAgain() || retiredByUs
                ? null
                : SendFailedException.unknown(message.message, reply == null ? "the connection broke" : reply, cause);
    }

    /** Whether the message is why the broker closed the channel: sent again it would close the next one too. */
    private static boolean isGuilty(Unconfirmed unconfirmed, String reply) {
        return unconfirmed.message.isMeantBy(reply) || ++unconfirmed.channelsClosed >= MAX_CHANNELS_CLOSED;
    }

    private void tell(List<Unconfirmed> failed) {
        if (failed.isEmpty()) {
            return;
        }
        for (Unconfirmed unconfirmed : failed) {
            unconfirmed.failed(unconfirmed.verdict);
            services.events()
                    .sendFailed(
                            unconfirmed.message.exchange(),
                            unconfirmed.message.routingKey(),
                            unconfirmed.verdict.getMessage());
        }
        services.completions().tell(failed);
    }

    // --- sending again

    private void sendAgain(List<Unconfirmed> messages) {
        if (messages.isEmpty()) {
            return;
        }
        boolean stopping;
        state.lock();
        try {
            stopping = closed;
            if (!stopping) {
                again.addAll(messages);
                againPending = true;
            }
        } finally {
            state.unlock();
        }
        if (stopping) {
            messages.forEach(Target::stopped);
            tell(messages);
        } else {
            mend();
        }
    }

    private static void stopped(Unconfirmed unconfirmed) {
        if (unconfirmed.verdict == null) {
            unconfirmed.verdict = SendFailedException.unknown(unconfirmed.message, STOPPING, null);
        }
    }

    /** How many messages wait to be sent again. */
    int toSendAgain() {
        state.lock();
        try {
            return again.size();
        } finally {
            state.unlock();
        }
    }

    /** Sends what waits for it as far as that is possible now, on a thread of its own. */
    void mend() {
        if (mending.compareAndSet(false, true)) {
            try {
                services.menders().execute(this::mendNow);
            } catch (RejectedExecutionException e) {
                mending.set(false);
                LOG.debug("nothing is sent again: the publisher is closed", e);
            }
        }
    }

    private void mendNow() {
        sending.lock();
        try {
            // whoever asks from here on asks for another round
            mending.set(false);
            if (declareAgain()) {
                boolean goOn = true;
                while (goOn) {
                    goOn = writeNextAgain();
                }
            }
        } catch (Throwable e) {
            LOG.error("sending again to {} failed: {}", description, e.toString(), e);
        } finally {
            sending.unlock();
        }
        wake();
    }

    /** @return whether there is more to do, and a way to do it */
    private boolean writeNextAgain() {
        if (toSendAgain() == 0) {
            state.lock();
            try {
                againPending = !again.isEmpty();
                return againPending;
            } finally {
                state.unlock();
            }
        }
        PublishingChannel current = usableChannel();
        if (current == null || !current.hasRoom()) {
            if (isFlowStopped()) {
                services.flowWatch().run();
            }
            return false;
        }
        Unconfirmed next = nextAgain();
        if (next == null) {
            return true;
        }
        try {
            if (current.write(next)) {
                return true;
            }
        } catch (SendFailedException e) {
            next.verdict = e;
            tell(List.of(next));
            return true;
        }
        if (next.writeFaults >= MAX_WRITE_FAULTS) {
            next.verdict = SendFailedException.unknown(next.message, "its write ended with an error", null);
            tell(List.of(next));
            return true;
        }
        sendAgain(List.of(next));
        return false;
    }

    private Unconfirmed nextAgain() {
        state.lock();
        try {
            return again.poll();
        } finally {
            state.unlock();
        }
    }

    /** @return whether what is sent to is there, as far as is known */
    private boolean declareAgain() {
        Topology needed;
        PublishingLink link;
        state.lock();
        try {
            needed = toDeclare;
            link = linkToOpenOn();
        } finally {
            state.unlock();
        }
        if (needed == null) {
            return true;
        }
        if (link == null || nextDeclareAttempt - System.nanoTime() > 0) {
            return false;
        }
        try {
            needed.declare(link.connection());
            LOG.info("{} had no queue: declared again", description);
            declared();
            return true;
        } catch (BrokerException e) {
            if (e.endsRoute()) {
                LOG.error("{}", e.getMessage());
                declared();
                failAgain(e).ifPresent(message -> services.declarations().refused(message, e));
            } else {
                LOG.warn("{} has no queue, and it {}; trying again", description, e.getMessage());
                nextDeclareAttempt = System.nanoTime() + declarePause.toNanos();
            }
            return false;
        }
    }

    private void declared() {
        state.lock();
        try {
            toDeclare = null;
            declaredOnce = true;
            declaredAt = System.nanoTime();
        } finally {
            state.unlock();
        }
    }

    /**
     * Nothing of what waits to be sent again can be.
     *
     * @return one of these messages
     */
    private Optional<OutgoingMessage> failAgain(BrokerException why) {
        List<Unconfirmed> left = takeAgain();
        for (Unconfirmed unconfirmed : left) {
            unconfirmed.verdict = new SendFailedException(
                    SendFailedException.Kind.RETURNED,
                    "message for " + unconfirmed.message.target() + " was returned, and " + why.getMessage(),
                    why);
        }
        tell(left);
        return left.stream().map(unconfirmed -> unconfirmed.message).findFirst();
    }

    private List<Unconfirmed> takeAgain() {
        state.lock();
        try {
            List<Unconfirmed> all = new ArrayList<>(again);
            all.sort(again.comparator());
            again.clear();
            againPending = false;
            changed.signalAll();
            return all;
        } finally {
            state.unlock();
        }
    }

    // --- looked after from time to time

    /**
     * Tells those whose time is up, and sees to whatever nobody else would.
     *
     * @param stuckNanos how long a write may be held up before its connection is cut
     */
    void check(long now, long stuckNanos) {
        failOverdue(now);
        for (PublishingChannel one : channels()) {
            if (one.isBroken(now)) {
                one.link().cut("a write failed", null);
            } else if (one.heldFor(now) > stuckNanos) {
                one.link()
                        .cut(
                                "a write to " + description + " was stuck for more than "
                                        + TimeUnit.NANOSECONDS.toMillis(stuckNanos) + " ms",
                                null);
            } else if (one.isSpinning()) {
                one.abort();
            }
        }
        leaveOldConnection();
        noteBlocked(now);
        roomChanged();
    }

    private List<PublishingChannel> channels() {
        state.lock();
        try {
            List<PublishingChannel> all = new ArrayList<>(retired);
            if (channel != null) {
                all.add(channel);
            }
            return all;
        } finally {
            state.unlock();
        }
    }

    private void failOverdue(long now) {
        List<Unconfirmed> overdue = new ArrayList<>();
        for (PublishingChannel one : channels()) {
            overdue.addAll(one.takeOverdue(now));
        }
        overdue.forEach(unconfirmed -> unconfirmed.verdict = overdue(unconfirmed));
        state.lock();
        try {
            boolean blocked = isBlocked();
            for (Unconfirmed unconfirmed : List.copyOf(again)) {
                if (blocked) {
                    unconfirmed.deadline = nextDeadline();
                } else if (unconfirmed.deadline - now < 0) {
                    again.remove(unconfirmed);
                    overdue.add(unconfirmed);
                    unconfirmed.verdict = unconfirmed.verdict == null ? overdue(unconfirmed) : unconfirmed.verdict;
                }
            }
        } finally {
            state.unlock();
        }
        if (!overdue.isEmpty()) {
            tell(overdue);
            roomChanged();
        }
    }

    private SendFailedException overdue(Unconfirmed unconfirmed) {
        return SendFailedException.unknown(
                unconfirmed.message,
                "not confirmed within " + services.settings().confirmTimeout().toMillis()
                        + " ms (kuteng.confirm.timeout)",
                null);
    }

    /** So that a connection that others have left can be ended. */
    private void leaveOldConnection() {
        PublishingChannel current = channel;
        PublishingLink link = services.connection().current();
        if (current == null || link == null || current.link() == link || !sending.tryLock()) {
            return;
        }
        try {
            if (channel == current && current.isIdle()) {
                retire(current);
            }
        } finally {
            sending.unlock();
        }
    }

    /** Whether the broker takes nothing for this target now. */
    private boolean isBlocked() {
        PublishingChannel current = channel;
        if (current != null) {
            return current.link().isBlocked() || current.isFlowStopped();
        }
        PublishingLink link = services.connection().current();
        return link != null && link.isBlocked();
    }

    /** Whether its queue is full, so that the broker stopped its channel. */
    boolean isFlowStopped() {
        PublishingChannel current = channel;
        return current != null && current.isFlowStopped();
    }

    private void noteBlocked(long now) {
        if (!isFlowStopped()) {
            blockedSince = 0;
            if (blockedTold) {
                blockedTold = false;
                LOG.info("{} takes messages again: senders to it go on", description);
                services.events().unblocked(name);
            }
            return;
        }
        blockedSince = blockedSince == 0 ? now : blockedSince;
        if (!blockedTold && now - blockedSince >= TOLD_AFTER_NANOS) {
            blockedTold = true;
            LOG.warn("{} is full: senders to it wait", description);
            services.events().blocked(name, "the queue is full");
        }
    }

    /** Whether it has been full for so long that it was told. */
    boolean isToldBlocked() {
        return blockedTold;
    }

    /** Those who wait because the queue is full. */
    List<BlockedSender> blockedSenders() {
        if (!isFlowStopped()) {
            return List.of();
        }
        state.lock();
        try {
            return waitingFrom.entrySet().stream()
                    .map(entry -> new BlockedSender(entry.getKey(), name, entry.getValue()))
                    .toList();
        } finally {
            state.unlock();
        }
    }

    boolean hasWaiting() {
        return waiting > 0 || againPending;
    }

    /** When it was written to last, in terms of {@link System#nanoTime()}. */
    long lastUsed() {
        return lastUsed;
    }

    /** Whether it is worth to be waited for when the publisher closes. */
    boolean isAwaitingConfirms() {
        return toSendAgain() > 0 && services.connection().current() != null && !isBlocked()
                || channels().stream().anyMatch(PublishingChannel::isAwaitingConfirms);
    }

    int unconfirmed() {
        return toSendAgain()
                + channels().stream().mapToInt(PublishingChannel::unconfirmed).sum();
    }

    /** Whether nothing is unconfirmed and nobody waits. */
    boolean isIdle() {
        PublishingChannel current = channel;
        return !hasWaiting() && (current == null || current.isIdle());
    }

    /**
     * Ends it if it is idle; who has it in hand then asks for another one.
     *
     * @param forget called if it ends, before anybody can send again
     * @return whether it has ended
     */
    boolean endIfIdle(Runnable forget) {
        if (!sending.tryLock()) {
            return false;
        }
        try {
            if (gone || !isIdle()) {
                return gone;
            }
            gone = true;
            forget.run();
            PublishingChannel last = channel;
            if (last != null) {
                retire(last);
            }
            return true;
        } finally {
            sending.unlock();
        }
    }

    /** Senders that would have to wait are told so. */
    void stopWaiting() {
        waitsNoMore = true;
        wake();
    }

    /** Nothing more is sent; what waits for a channel is told so. */
    void stop() {
        state.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            state.unlock();
        }
        List<Unconfirmed> left = takeAgain();
        left.forEach(Target::stopped);
        tell(left);
    }
}
