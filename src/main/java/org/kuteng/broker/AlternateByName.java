package org.kuteng.broker;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.qpid.server.exchange.DestinationReferrer;
import org.apache.qpid.server.message.InstanceProperties;
import org.apache.qpid.server.message.MessageDestination;
import org.apache.qpid.server.message.MessageSender;
import org.apache.qpid.server.message.RejectType;
import org.apache.qpid.server.message.RoutingResult;
import org.apache.qpid.server.message.ServerMessage;
import org.apache.qpid.server.model.NamedAddressSpace;
import org.apache.qpid.server.model.PublishingLink;
import org.apache.qpid.server.model.Queue;
import org.apache.qpid.server.model.VirtualHost;
import org.apache.qpid.server.protocol.v0_8.MessageMetaData;
import org.apache.qpid.server.queue.AbstractQueue;
import org.apache.qpid.server.queue.QueueEntry;
import org.apache.qpid.server.security.SecurityToken;
import org.apache.qpid.server.store.StorableMessageMetaData;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a queue of the embedded broker sends what expires in it: to whatever has the name at that moment, as at RabbitMQ.
 * Qpid holds on to the object instead. It refuses to delete it, with an exception on the thread that reads from the
 * client, who waits for an answer for ever; and it drops what comes while the target is full.
 *
 * <ul>
 *   <li>The target can be deleted, and declared again.
 *   <li>A target that is full takes what comes from here: it was accepted before.
 *   <li>A time to live of the target begins when the message comes from here.
 *   <li>What comes while the target is not there goes to the target's queue of dead letters; if there is none, it is
 *       dropped, as at RabbitMQ.
 * </ul>
 */
final class AlternateByName implements MessageDestination {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.broker");

    private static final QpidField ARRIVAL = new QpidField(MessageMetaData.class, "_arrivalTime");
    private static final QpidField TARGET = new QpidField(AbstractQueue.class, "_alternateBindingDestination");

    /** What came to its queue, or is about to, from another queue and not from a sender. */
    private static final Set<ServerMessage<?>> MOVED =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    private final AbstractQueue<?> source;
    private final String name;
    private final AtomicBoolean missingTold = new AtomicBoolean();

    private AlternateByName(AbstractQueue<?> source) {
        this.source = source;
        this.name = source.getAlternateBinding().getDestination();
    }

    /** Gives one to every queue that has a target, now and whenever one is declared. */
    static void useFor(VirtualHost<?> host) {
        EachQueue.now(host, AlternateByName::arriveAgain);
        EachQueue.nowAndLater(host, AlternateByName::useFor);
    }

    private static void useFor(AbstractQueue<?> queue) {
        if (queue.getAlternateBinding() == null) {
            return;
        }
        MessageDestination held = queue.getAlternateBindingDestination();
        TARGET.set(queue, new AlternateByName(queue));
        if (held != null) {
            held.removeReference(queue);
        }
    }

    private MessageDestination target(String of) {
        return source.getVirtualHost().getAttainedMessageDestination(of, false);
    }

    @Override
    public <M extends ServerMessage<? extends StorableMessageMetaData>> RoutingResult<M> route(
            M message, String routingAddress, InstanceProperties properties) {
        MessageDestination target = target(name);
        boolean missing = target == null;
        if (missing && source.isDeleted()) {
            // whoever deletes both wants neither
            return new RoutingResult<>(message);
        }
        if (missing) {
            target = target(Queues.deadName(name));
        }
        tell(missing, target);
        if (target == null) {
            return new RoutingResult<>(message);
        }
        arriveNow(message);
        MOVED.add(message);
        RoutingResult<M> result = target.route(message, routingAddress, properties);
        if (target instanceof Queue<?> queue && result.containsReject(RejectType.LIMIT_EXCEEDED)) {
            result = new RoutingResult<>(message);
            result.addQueue(queue);
        }
        return result;
    }

    /**
     * A time to live of the target counts from now on, as at RabbitMQ. Qpid counts from the moment at which the message
     * came to the queue that it expired in: what waited there for longer than it may live in the target would expire
     * again at once, and be lost.
     */
    private static void arriveNow(ServerMessage<?> message) {
        if (message.getStoredMessage().getMetaData() instanceof MessageMetaData metaData) {
            ARRIVAL.set(metaData, System.currentTimeMillis());
        }
    }

    /** Whether a message that has just come to a queue was moved there from another one. To be asked once. */
    static boolean hasMoved(ServerMessage<?> message) {
        return MOVED.remove(message);
    }

    /**
     * Of what a store had, messages that came from another queue may live as long as the queue allows from now on: when
     * they came is not in the store. One that was sent over a named exchange looks the same, and gains that time too.
     */
    private static void arriveAgain(AbstractQueue<?> recovered) {
        long life = recovered.getMaximumMessageTtl();
        if (life <= 0) {
            return;
        }
        long until = System.currentTimeMillis() + life;
        for (QueueEntry entry : recovered.getMessagesOnTheQueue()) {
            String sentTo = entry.getMessage().getInitialRoutingAddress();
            if (sentTo != null && !sentTo.equals(recovered.getName())) {
                entry.setExpiration(until);
            }
        }
    }

    /** Once each time that the target is gone. */
    private void tell(boolean missing, MessageDestination instead) {
        if (!missing) {
            missingTold.set(false);
        } else if (missingTold.compareAndSet(false, true)) {
            LOG.warn(
                    "queue '{}' is not there; what comes from '{}' {}",
                    name,
                    source.getName(),
                    instead == null ? "is dropped" : "goes to '" + instead.getName() + "'");
        }
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public NamedAddressSpace getAddressSpace() {
        return source.getVirtualHost();
    }

    @Override
    public void authorisePublish(SecurityToken token, Map<String, Object> arguments) {
        MessageDestination target = target(name);
        if (target != null) {
            target.authorisePublish(token, arguments);
        }
    }

    @Override
    public boolean isDurable() {
        MessageDestination target = target(name);
        return target != null && target.isDurable();
    }

    @Override
    public MessageDestination getAlternateBindingDestination() {
        MessageDestination target = target(name);
        return target == null ? null : target.getAlternateBindingDestination();
    }

    @Override
    public void linkAdded(MessageSender sender, PublishingLink link) {
        // nobody sends to it
    }

    @Override
    public void linkRemoved(MessageSender sender, PublishingLink link) {
        // nobody sends to it
    }

    @Override
    public void addReference(DestinationReferrer referrer) {
        // the target is not held
    }

    @Override
    public void removeReference(DestinationReferrer referrer) {
        // the target is not held
    }
}
