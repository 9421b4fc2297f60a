package org.kuteng.work.steps;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Component;
import org.apache.camel.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.StreamCache;
import org.apache.camel.component.seda.BlockingQueueFactory;
import org.apache.camel.component.seda.QueueReference;
import org.apache.camel.component.seda.SedaComponent;
import org.apache.camel.component.seda.SedaConsumerNotAvailableException;
import org.apache.camel.component.seda.SedaEndpoint;
import org.apache.camel.component.seda.SedaProducer;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.kuteng.work.FailedStep;
import org.kuteng.work.Work;

/** Camel's {@code seda} component; what it has in its queues stays in the hand of the worker that it came from. */
@org.apache.camel.spi.annotations.Component("seda")
public final class KeptSeda extends SedaComponent {

    @Override
    protected SedaEndpoint createEndpoint(
            String uri, Component component, BlockingQueueFactory<Exchange> factory, int consumers) {
        return new Endpoint(uri, component, factory, consumers);
    }

    @Override
    protected SedaEndpoint createEndpoint(
            String uri, Component component, BlockingQueue<Exchange> queue, int consumers) {
        return new Endpoint(uri, component, queue, consumers);
    }

    private static final class Endpoint extends SedaEndpoint {
        Endpoint(String uri, Component component, BlockingQueueFactory<Exchange> factory, int consumers) {
            super(uri, component, factory, consumers);
        }

        Endpoint(String uri, Component component, BlockingQueue<Exchange> queue, int consumers) {
            super(uri, component, queue, consumers);
        }

        @Override
        public Producer createProducer() {
            return new Sender(this);
        }

        @Override
        public Consumer createConsumer(Processor processor) throws Exception {
            return super.createConsumer(new NotingFailures(processor));
        }
    }

    /** Nobody waits for the route: its failure is that of the message. */
    private static final class NotingFailures extends DelegateAsyncProcessor {
        NotingFailures(Processor route) {
            super(route);
        }

        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            try {
                return super.process(exchange, doneSync -> {
                    if (exchange.getException() != null && exchange.getProperty(WAITED_FOR) == null) {
                        Work.fail(exchange, FailedStep.of(exchange, exchange.getException(), false));
                    }
                    callback.done(doneSync);
                });
            } finally {
                // a step may have left it set: Camel's thread would never take another message from its queue
                Thread.interrupted();
            }
        }
    }

    /** Whether the route that sent it waits for the answer, and so is told of a failure. */
    private static final String WAITED_FOR = "KutengWaitedFor";

    private static final class Sender extends SedaProducer {
        private final SedaEndpoint endpoint;

        Sender(SedaEndpoint endpoint) {
            super(
                    endpoint,
                    endpoint.getWaitForTaskToComplete(),
                    endpoint.getTimeout(),
                    endpoint.isBlockWhenFull(),
                    endpoint.isDiscardWhenFull(),
                    endpoint.getOfferTimeout());
            this.endpoint = endpoint;
        }

        @Override
        protected Exchange prepareCopy(Exchange exchange, boolean handover) {
            Exchange copy = super.prepareCopy(exchange, handover);
            if (handover) {
                copy.removeProperty(WAITED_FOR);
            } else {
                copy.setProperty(WAITED_FOR, Boolean.TRUE);
            }
            return copy;
        }

        @Override
        protected void addToQueue(Exchange exchange, boolean handOver)
                throws SedaConsumerNotAvailableException, IOException {
            if (!handOver || Work.of(exchange) == null) {
                super.addToQueue(exchange, handOver);
                return;
            }
            BlockingQueue<Exchange> queue = queue(exchange);
            if (queue == null) {
                return;
            }
            Handover handover = Handover.of(exchange, endpoint.getEndpointBaseUri(), false);
            boolean queued = false;
            try {
                Exchange copy = prepareCopy(exchange, true);
                if (copy.getMessage().getBody() instanceof StreamCache stream) {
                    StreamCache own = stream.copy(copy);
                    if (own != null) {
                        copy.getMessage().setBody(own);
                    }
                }
                handover.travelWith(copy);
                queued = put(queue, copy);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while it waited for room in " + endpoint, e);
            } finally {
                if (!queued) {
                    handover.release();
                }
            }
        }

        /** @return null if the message is to be discarded, since nobody consumes */
        private BlockingQueue<Exchange> queue(Exchange exchange) throws SedaConsumerNotAvailableException {
            QueueReference reference = endpoint.getQueueReference();
            BlockingQueue<Exchange> queue = reference == null ? null : reference.getQueue();
            if (queue == null) {
                throw new SedaConsumerNotAvailableException("No queue available on endpoint: " + endpoint, exchange);
            }
            if (!reference.hasConsumers()) {
                if (endpoint.isFailIfNoConsumers()) {
                    throw new SedaConsumerNotAvailableException(
                            "No consumers available on endpoint: " + endpoint, exchange);
                }
                return endpoint.isDiscardIfNoConsumers() ? null : queue;
            }
            return queue;
        }

        /** @return false if the message is discarded, since the queue is full */
        private boolean put(BlockingQueue<Exchange> queue, Exchange exchange) throws InterruptedException {
            if (endpoint.isDiscardWhenFull()) {
                return queue.offer(exchange);
            }
            if (!endpoint.isBlockWhenFull()) {
                return queue.add(exchange);
            }
            if (endpoint.getOfferTimeout() == 0) {
                queue.put(exchange);
            } else if (!queue.offer(exchange, endpoint.getOfferTimeout(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException(
                        "no room in " + endpoint + " within " + endpoint.getOfferTimeout() + " ms");
            }
            return true;
        }
    }
}
