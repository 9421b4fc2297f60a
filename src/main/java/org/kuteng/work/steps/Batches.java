package org.kuteng.work.steps;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.processor.aggregate.MemoryAggregationRepository;

/** Camel's own repository in memory for batches; what is discarded, or left when the route ends, lets go of its messages. */
final class Batches extends MemoryAggregationRepository {

    /** Left the repository and neither sent on nor discarded yet: by the id of the exchange. */
    private final Map<String, Exchange> leaving = new ConcurrentHashMap<>();

    Batches(boolean optimisticLocking) {
        super(optimisticLocking);
    }

    @Override
    public void remove(CamelContext context, String key, Exchange exchange) {
        super.remove(context, key, exchange);
        if (Batch.of(exchange) != null && exchange.getProperty(ExchangePropertyKey.AGGREGATED_COMPLETED_BY) != null) {
            leaving.put(exchange.getExchangeId(), exchange);
        }
    }

    /** It is not discarded. */
    void sentOn(Exchange exchange) {
        leaving.remove(exchange.getExchangeId());
    }

    /** Called for what is discarded, and for what was sent on and has ended. */
    @Override
    public void confirm(CamelContext context, String exchangeId) {
        Exchange exchange = leaving.remove(exchangeId);
        Batch batch = exchange == null ? null : Batch.take(exchange);
        if (batch != null) {
            batch.release();
        }
    }

    @Override
    protected void doStop() throws Exception {
        for (String key : getKeys()) {
            Exchange exchange = get(null, key);
            Batch batch = exchange == null ? null : Batch.take(exchange);
            if (batch != null) {
                batch.putBack("the route ended before its batch was complete");
            }
        }
        leaving.clear();
        super.doStop();
    }
}
