package org.kuteng.publish;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.kuteng.broker.Topology;

/**
 * The targets in use, each with a channel. Their number is bounded, but never below the number of those that have
 * something under way: what is idle and was used least recently makes room, also when the broker allows no further channel.
 */
final class Targets {
    /** RabbitMQ allows 2,047 channels on a connection by default. */
    static final int MAX_IDLE = 128;

    /** A target that was used within this is not exchanged for another one: to open a channel takes a round trip. */
    static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Services services;
    private final ConcurrentMap<Key, Target> targets = new ConcurrentHashMap<>();
    private volatile boolean waitsNoMore;
    private volatile boolean stopped;

    /** @param routingKey null for all that share one channel */
    private record Key(String exchange, String routingKey) {}

    Targets(Services services) {
        this.services = services;
    }

    /** Where a message goes. */
    Target of(OutgoingMessage message) {
        Target known = targets.get(new Key(message.exchange(), message.routingKey()));
        return known != null ? known : newTarget(message);
    }

    private Target newTarget(OutgoingMessage message) {
        boolean makesRoom = targets.size() < MAX_IDLE || endLeastRecentlyUsed();
        boolean queue = message.exchange().equals(Topology.DEFAULT_EXCHANGE);
        if (!makesRoom && !queue) {
            // an exchange whose routing keys change with every message
            Target shared = open(new Key(message.exchange(), null), message);
            if (!shared.isFlowStopped()) {
                return shared;
            }
        }
        return open(new Key(message.exchange(), message.routingKey()), message);
    }

    private Target open(Key key, OutgoingMessage message) {
        Target opened = targets.computeIfAbsent(key, absent -> newTarget(key, message));
        if (waitsNoMore) {
            opened.stopWaiting();
        }
        if (stopped) {
            opened.stop();
        }
        return opened;
    }

    private Target newTarget(Key key, OutgoingMessage message) {
        if (message.exchange().equals(Topology.DEFAULT_EXCHANGE)) {
            return new Target(
                    message.routingKey(),
                    message.target(),
                    services.declarations().onDemandFor(message),
                    services,
                    this::endOneWithChannel);
        }
        return key.routingKey() == null
                ? new Target(
                        message.exchange(),
                        "exchange '" + message.exchange() + "'",
                        null,
                        services,
                        this::endOneWithChannel)
                : new Target(
                        message.exchange() + "/" + message.routingKey(),
                        message.target(),
                        null,
                        services,
                        this::endOneWithChannel);
    }

    /** Nobody waits for room any more. */
    void stopWaiting() {
        waitsNoMore = true;
        targets.values().forEach(Target::stopWaiting);
    }

    /** Nothing more is sent. */
    void stop() {
        stopped = true;
        targets.values().forEach(Target::stop);
    }

    /** @return whether there is room now */
    private synchronized boolean endLeastRecentlyUsed() {
        long before = System.nanoTime() - KEPT_NANOS;
        targets.entrySet().stream()
                .filter(entry -> entry.getValue().isIdle() && entry.getValue().lastUsed() - before < 0)
                .sorted(Comparator.comparingLong(entry -> entry.getValue().lastUsed()))
                // several at once, as the next new target is not far
                .limit(MAX_IDLE / 4)
                .toList()
                .forEach(this::endIfIdle);
        return targets.size() < MAX_IDLE;
    }

    /** Somebody waits for a channel, and the broker allows no further one: a target that is idle gives its own away. */
    private void endOneWithChannel() {
        targets.entrySet().stream()
                .filter(entry ->
                        entry.getValue().hasChannel() && entry.getValue().isIdle())
                .min(Comparator.comparingLong(entry -> entry.getValue().lastUsed()))
                .ifPresent(this::endIfIdle);
    }

    private void endIfIdle(Map.Entry<Key, Target> entry) {
        entry.getValue().endIfIdle(() -> targets.remove(entry.getKey(), entry.getValue()));
    }

    Collection<Target> all() {
        return targets.values();
    }

    void forEach(Consumer<Target> action) {
        targets.values().forEach(action);
    }

    /** All senders that wait because a queue is full. */
    List<BlockedSender> blockedSenders() {
        return targets.values().stream()
                .flatMap(target -> target.blockedSenders().stream())
                .toList();
    }

    int size() {
        return targets.size();
    }
}
