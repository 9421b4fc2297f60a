package org.kuteng.work.steps;

import org.apache.camel.AggregationStrategy;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.model.AggregateDefinition;
import org.apache.camel.model.AggregationStrategyAwareDefinition;
import org.apache.camel.processor.aggregate.AggregateProcessor;
import org.apache.camel.reifier.AggregateReifier;
import org.apache.camel.spi.AggregationRepository;

/** Makes {@code aggregate} as Camel does, but for the messages of a batch: they stay in hand until it is done. */
final class KeptAggregate extends AggregateReifier {
    private Batches batches;

    KeptAggregate(Route route, AggregateDefinition definition) {
        super(route, definition);
    }

    /** Whether batches are kept where their messages cannot be held: in a repository of the user's own. */
    static boolean hasOwnRepository(AggregateDefinition definition) {
        return definition.getAggregationRepositoryBean() != null || definition.getAggregationRepository() != null;
    }

    @Override
    public Processor createProcessor() throws Exception {
        batches = new Batches(parseBoolean(definition.getOptimisticLocking(), false));
        definition.setAggregationRepository(batches);
        try {
            AggregateProcessor processor = createAggregator();
            // the failure is told with the message it befalls
            processor.setExceptionHandler(new Untold());
            return processor;
        } finally {
            definition.setAggregationRepository((AggregationRepository) null);
        }
    }

    @Override
    public AggregationStrategy getConfiguredAggregationStrategy(AggregationStrategyAwareDefinition<?> aware) {
        AggregationStrategy users = super.getConfiguredAggregationStrategy(aware);
        return users == null
                ? null
                : BatchStrategy.of(
                        users,
                        new BatchStrategy.Step(
                                getId(definition),
                                batches,
                                parseBoolean(definition.getDiscardOnAggregationFailure(), false)));
    }
}
