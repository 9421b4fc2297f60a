package org.kuteng.chaos.property;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.support.SynchronizationAdapter;
import org.kuteng.chaos.property.Scenario.Stage;

/** The beans that the routes of a scenario call. */
final class Stages {
    /** Where a route keeps the id of its message. */
    static final String ID = "id";

    private static final class Hands {
        private final AtomicInteger full = new AtomicInteger();
        private final AtomicLong got = new AtomicLong();
    }

    private final Scenario scenario;
    private final Script script;
    private final Book book;
    private final Supplier<ProducerTemplate> template;
    private final Map<Integer, Hands> hands = new ConcurrentHashMap<>();

    Stages(Scenario scenario, Script script, Book book, Supplier<ProducerTemplate> template) {
        this.scenario = scenario;
        this.script = script;
        this.book = book;
        this.template = template;
        scenario.stages().forEach(stage -> hands.put(stage.number(), new Hands()));
    }

    Map<String, Object> beans() {
        Map<String, Object> beans = new HashMap<>();
        for (Stage stage : scenario.stages()) {
            beans.put(stage.bean("receive"), (Processor) exchange -> receive(stage, exchange));
            beans.put(stage.bean("work"), (Processor) exchange -> script.work(id(exchange)));
            beans.put(stage.bean("after"), (Processor) exchange -> script.after(id(exchange)));
            beans.put(stage.bean("product"), (Processor) exchange -> book.product(text(exchange)));
            beans.put(stage.bean("batch"), (Processor) this::workOnBatch);
            beans.put(stage.bean("template"), (Processor) exchange -> sendByTemplate(stage, id(exchange) + ".b"));
        }
        beans.put("batch", (AggregationStrategy) Stages::collect);
        return beans;
    }

    private void receive(Stage stage, Exchange exchange) {
        String id = text(exchange);
        exchange.setProperty(ID, id);
        exchange.getMessage().setBody(id);
        book.received(id);
        Hands of = hands.get(stage.number());
        of.got.incrementAndGet();
        of.full.incrementAndGet();
        AtomicBoolean inHand = new AtomicBoolean(true);
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                // copies of an exchange may each say so
                if (inHand.compareAndSet(true, false)) {
                    of.full.decrementAndGet();
                }
            }
        });
    }

    private static String id(Exchange exchange) {
        return exchange.getProperty(ID, String.class);
    }

    private static String text(Exchange exchange) {
        return exchange.getMessage().getBody(String.class);
    }

    private static Exchange collect(Exchange batch, Exchange next) {
        if (batch == null) {
            next.getMessage().setBody(List.of(id(next)));
            return next;
        }
        List<?> before = batch.getMessage().getBody(List.class);
        List<Object> more = new java.util.ArrayList<>(before);
        more.add(id(next));
        batch.getMessage().setBody(more);
        return batch;
    }

    /** All members fail before anything is sent of any of them. */
    private void workOnBatch(Exchange exchange) throws Exception {
        for (Object id : exchange.getMessage().getBody(List.class)) {
            script.work(id.toString());
        }
        if (Thread.interrupted()) {
            throw new IllegalStateException("interrupted, by the script");
        }
    }

    private void sendByTemplate(Stage stage, String id) {
        if (stage.next() == null) {
            book.product(id);
        } else {
            template.get().sendBody("spring-rabbitmq:default?routingKey=" + stage.next(), id);
        }
    }

    int inHand(Stage stage) {
        return hands.get(stage.number()).full.get();
    }

    long got(Stage stage) {
        return hands.get(stage.number()).got.get();
    }
}
