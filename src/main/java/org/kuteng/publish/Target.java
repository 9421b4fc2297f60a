package org.kuteng.publish;

import com.rabbitmq.client.ShutdownSignalException;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Where messages go, an exchange and a routing key: lets senders in as long as there is room, in the order in which they
 * are written. Has a channel of its own, so that a full queue holds up nobody else.
 *
 * <p>Locks are taken in this order: {@link #sending}, then the one of a part, then the one of a channel.
 */
final class Target implements PublishingChannel.Owner {
    private final String name;
    private final TargetChannels channels;
    private final SendingAgain again;
    private final WaitingSenders waiting;
    private final Answers answers;
    private final TargetCheck check;

    private final Redeclaration redeclaration;

    /** Held while a message is given its place and written, and while its channel is opened. */
    private final ReentrantLock sending = new ReentrantLock();

    /** How many messages were given a place. Guarded by {@link #sending}. */
    private long placed;

    /** It is not in use any more, and senders ask for another one. Changed with {@link #sending} held. */
    private volatile boolean gone;

    private volatile long lastUsed = System.nanoTime();

    /**
     * @param name the queue on the default exchange; else the exchange and the routing key
     * @param needed what is to be declared before the first message; null: nothing
     * @param makesRoom closes a channel of another target, since the broker allows no further one
     */
    Target(String name, String description, NeededTopology needed, Services services, Runnable makesRoom) {
        this.name = name;
        this.redeclaration = new Redeclaration(description, needed, services);
        this.channels = new TargetChannels(services, link -> new PublishingChannel(link, services, this), makesRoom);
        this.again = new SendingAgain(services, sending, channels, redeclaration, this::wake);
        this.waiting = new WaitingSenders(name, services, channels, again, () -> gone);
        this.answers = new Answers(services, channels, redeclaration, again);
        this.check = new TargetCheck(name, description, services, channels, again);
    }

    /** The queue on the default exchange; else the exchange and the routing key. */
    String name() {
        return name;
    }

    // --- sending

    /**
     * Writes a message as soon as there is room for it.
     *
     * @param from the work queue whose work sends; null if no worker does
     * @return false if this target is in use no more
     * @throws SendFailedException if it could not be written; nothing was sent
     */
    boolean send(Unconfirmed unconfirmed, String from) throws InterruptedException {
        WaitingSenders.Sender sender = null;
        while (true) {
            lockForSending();
            try {
                if (gone) {
                    return false;
                }
                if (writeNow(unconfirmed)) {
                    return true;
                }
            } finally {
                sending.unlock();
            }
            if (unconfirmed.isGivenUpAfterFaults()) {
                throw SendFailedException.writeFault(unconfirmed.message, null);
            }
            if (sender == null) {
                sender = waiting.new Sender(unconfirmed.message, from);
            }
            sender.await();
        }
    }

    /** An interrupt that came earlier is not a reason not to send; only who has to wait minds it. */
    private void lockForSending() throws InterruptedException {
        if (!sending.tryLock()) {
            sending.lockInterruptibly();
        }
    }

    private boolean writeNow(Unconfirmed unconfirmed) {
        if (again.isStopped()) {
            return false;
        }
        if (redeclaration.isBeforeFirst()) {
            unconfirmed.order = ++placed;
            again.addFirst(unconfirmed);
            return true;
        }
        if (again.isPending()) {
            return false;
        }
        PublishingChannel channel = channels.usable();
        if (channel == null) {
            return false;
        }
        unconfirmed.order = ++placed;
        if (!channel.write(unconfirmed)) {
            return false;
        }
        lastUsed = unconfirmed.writtenAt;
        return true;
    }

    /** When it was written to last, in terms of {@link System#nanoTime()}. */
    long lastUsed() {
        return lastUsed;
    }

    // --- told by its channels

    @Override
    public void confirmed(PublishingChannel on, List<Unconfirmed> messages) {
        answers.confirmed(on, messages);
    }

    @Override
    public void refused(PublishingChannel on, List<Unconfirmed> messages) {
        answers.refused(on, messages);
    }

    @Override
    public void returned(PublishingChannel on, List<Unconfirmed> messages) {
        answers.returned(messages);
    }

    @Override
    public void ended(PublishingChannel channel, List<Unconfirmed> unconfirmed, ShutdownSignalException cause) {
        answers.ended(channel, unconfirmed, cause);
        wake();
    }

    @Override
    public void roomChanged() {
        if (again.isPending()) {
            again.mend();
        }
        if (waiting.areThere()) {
            wake();
        }
    }

    private void wake() {
        waiting.wake();
    }

    // --- looked after from time to time

    /**
     * Tells those whose time is up, and sees to whatever nobody else would. One thread at a time.
     *
     * @param stuckNanos how long a write may be held up before its connection is cut
     */
    void check(long now, long stuckNanos) {
        check.failOverdue(now);
        check.endStuck(now, stuckNanos);
        leaveOldConnection();
        check.tellFull(now);
        roomChanged();
    }

    private void leaveOldConnection() {
        if (channels.isOnOldConnection() && sending.tryLock()) {
            try {
                channels.leaveOldConnection();
            } finally {
                sending.unlock();
            }
        }
    }

    // --- how it stands

    /** Whether its queue is full, so that the broker stopped its channel. */
    boolean isFlowStopped() {
        return channels.isFlowStopped();
    }

    /** Whether its queue has been full for so long that it was told. */
    boolean isToldBlocked() {
        return check.isToldFull();
    }

    /** Those who wait because the queue is full. */
    List<BlockedSender> blockedSenders() {
        return waiting.blocked();
    }

    boolean hasWaiting() {
        return waiting.areThere() || again.isPending();
    }

    int unconfirmed() {
        return again.size()
                + channels.all().stream()
                        .mapToInt(PublishingChannel::unconfirmed)
                        .sum();
    }

    /** Whether it is worth to be waited for when the publisher closes. */
    boolean isAwaitingConfirms() {
        return again.size() > 0 && !channels.isBlocked() && channels.isConnected()
                || channels.all().stream().anyMatch(PublishingChannel::isAwaitingConfirms);
    }

    boolean hasChannel() {
        return channels.current() != null;
    }

    /** Whether nothing is unconfirmed and nobody waits. */
    boolean isIdle() {
        // in this order: a message that a channel has in hand may be about to be sent again
        return channels.all().stream().allMatch(PublishingChannel::isIdle) && !hasWaiting();
    }

    // --- the end

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
            // who was about to wait here would be told of nothing
            wake();
            PublishingChannel last = channels.current();
            if (last != null) {
                channels.retire(last);
            }
            return true;
        } finally {
            sending.unlock();
        }
    }

    /** Senders that would have to wait are told so. */
    void stopWaiting() {
        waiting.stop();
    }

    /** Nothing more is sent; what waits for a channel is told so. */
    void stop() {
        waiting.stop();
        again.stop();
    }
}
