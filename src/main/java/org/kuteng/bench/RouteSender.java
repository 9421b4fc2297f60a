package org.kuteng.bench;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.camel.AsyncProducer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;

/**
 * A route that sends what it is given. It is fed as an asynchronous source feeds it: the next message is given to it
 * when it has returned from the one before, which need not be confirmed by then.
 */
final class RouteSender implements Sender {
    static final String FILE = "send.camel.yaml";

    private static final String FROM = "direct:bench-send";

    /** As many as the raw client may have unconfirmed. */
    private static final int IN_FLIGHT = 1_000;

    private final BenchCamel camel;
    private final Endpoint endpoint;
    private final AsyncProducer producer;
    private final ExecutorService threads;
    private final Semaphore room = new Semaphore(IN_FLIGHT);
    private volatile Exception failure;

    /** @param count how many threads feed the route; 1: the one that calls */
    RouteSender(BenchCamel camel, int count) {
        this.camel = camel;
        this.threads = count == 1 ? null : Executors.newFixedThreadPool(count);
        try {
            endpoint = camel.context().getEndpoint(FROM);
            producer = endpoint.createAsyncProducer();
            producer.start();
        } catch (Exception e) {
            close();
            throw new BenchException("the route that sends cannot be fed: " + e.getMessage(), e);
        }
    }

    @Override
    public void send(byte[] body) throws InterruptedException {
        acquire(1);
        if (threads == null) {
            process(body);
        } else {
            threads.execute(() -> process(body));
        }
    }

    private void process(byte[] body) {
        Exchange exchange = endpoint.createExchange();
        exchange.getMessage().setBody(body);
        producer.process(exchange, sync -> {
            if (exchange.getException() != null) {
                failure = exchange.getException();
            }
            room.release();
        });
    }

    private void acquire(int permits) throws InterruptedException {
        if (!room.tryAcquire(permits, RawSender.CONFIRM_PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new BenchException("no send ended within " + RawSender.CONFIRM_PATIENCE_SECONDS + " s", null);
        }
        if (failure != null) {
            throw new BenchException("a send failed: " + failure.getMessage(), failure);
        }
    }

    @Override
    public void awaitConfirmed() throws InterruptedException {
        acquire(IN_FLIGHT);
        room.release(IN_FLIGHT);
    }

    @Override
    public void close() {
        if (threads != null) {
            threads.shutdownNow();
        }
        camel.close();
    }
}
