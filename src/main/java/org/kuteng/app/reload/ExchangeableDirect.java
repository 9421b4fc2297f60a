package org.kuteng.app.reload;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.direct.DirectComponent;
import org.apache.camel.component.direct.DirectConsumer;
import org.apache.camel.component.direct.DirectConsumerNotAvailableException;
import org.apache.camel.component.direct.DirectEndpoint;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.apache.camel.util.StringHelper;

/**
 * Camel's {@code direct} component, for routes that are exchanged while others call them: who calls waits while there is
 * no route, and nobody gets into one that ends. Of several threads that call over one endpoint, Camel's own producer
 * lets only the first wait; the others get into the old route.
 */
@Component("direct")
public final class ExchangeableDirect extends DirectComponent {

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        String key = StringHelper.before(uri, "?", uri);
        DirectEndpoint endpoint = new DirectEndpoint(uri, this) {
            @Override
            public Consumer createConsumer(Processor processor) throws Exception {
                Door door = new Door(this, new Gate(ExchangeableDirect.this, key, processor));
                configureConsumer(door);
                return door;
            }
        };
        endpoint.setBlock(isBlock());
        endpoint.setTimeout(getTimeout());
        setProperties(endpoint, parameters);
        return endpoint;
    }

    private boolean callNewRoute(String key, Exchange exchange, AsyncCallback callback) {
        try {
            DirectConsumer next = getConsumer(key, isBlock(), getTimeout());
            if (next == null) {
                throw new DirectConsumerNotAvailableException("the route at " + key + " has ended", exchange);
            }
            return next.getAsyncProcessor().process(exchange, callback);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            exchange.setException(e);
        } catch (Exception e) {
            exchange.setException(e);
        }
        callback.done(true);
        return true;
    }

    /** The way into a route. */
    static final class Door extends DirectConsumer {
        private final Gate gate;

        private Door(DirectEndpoint endpoint, Gate gate) {
            super(endpoint, gate, gate.key);
            this.gate = gate;
        }

        /** How many are in the route. */
        int inside() {
            return gate.inside.get();
        }

        @Override
        protected void doStart() throws Exception {
            gate.closed = false;
            super.doStart();
        }

        @Override
        protected void doSuspend() throws Exception {
            gate.closed = true;
            super.doSuspend();
        }

        @Override
        protected void doResume() throws Exception {
            gate.closed = false;
            super.doResume();
        }

        @Override
        protected void doStop() throws Exception {
            gate.closed = true;
            super.doStop();
        }
    }

    /** Counts who is in the route, and sends on who comes too late. */
    private static final class Gate extends DelegateAsyncProcessor {
        private final ExchangeableDirect component;
        private final String key;
        private final AtomicInteger inside = new AtomicInteger();
        private volatile boolean closed = true;

        Gate(ExchangeableDirect component, String key, Processor route) {
            super(route);
            this.component = component;
            this.key = key;
        }

        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            // counted first: who closes the gate and then finds nobody inside can rely on it
            inside.incrementAndGet();
            if (closed) {
                inside.decrementAndGet();
                return component.callNewRoute(key, exchange, callback);
            }
            return super.process(exchange, doneSync -> {
                inside.decrementAndGet();
                callback.done(doneSync);
            });
        }
    }
}
