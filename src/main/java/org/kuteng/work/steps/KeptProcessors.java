package org.kuteng.work.steps;

import java.util.Set;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.CamelContext;
import org.apache.camel.ErrorHandlerFactory;
import org.apache.camel.Expression;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.model.AggregateDefinition;
import org.apache.camel.model.AggregationStrategyAwareDefinition;
import org.apache.camel.model.ErrorHandlerDefinition;
import org.apache.camel.model.IdempotentConsumerDefinition;
import org.apache.camel.model.MulticastDefinition;
import org.apache.camel.model.OnCompletionDefinition;
import org.apache.camel.model.PollEnrichDefinition;
import org.apache.camel.model.RecipientListDefinition;
import org.apache.camel.model.ResequenceDefinition;
import org.apache.camel.model.SplitDefinition;
import org.apache.camel.model.config.BatchResequencerConfig;
import org.apache.camel.model.config.StreamResequencerConfig;
import org.apache.camel.model.errorhandler.DeadLetterChannelDefinition;
import org.apache.camel.model.errorhandler.DefaultErrorHandlerProperties;
import org.apache.camel.model.errorhandler.RefErrorHandlerDefinition;
import org.apache.camel.model.language.ExpressionDefinition;
import org.apache.camel.processor.resequencer.DefaultExchangeComparator;
import org.apache.camel.processor.resequencer.ExpressionResultComparator;
import org.apache.camel.reifier.IdempotentConsumerReifier;
import org.apache.camel.reifier.MulticastReifier;
import org.apache.camel.reifier.PollEnrichReifier;
import org.apache.camel.reifier.RecipientListReifier;
import org.apache.camel.reifier.SplitReifier;
import org.apache.camel.spi.IdempotentRepository;
import org.apache.camel.spi.ProcessorFactory;
import org.apache.camel.support.CamelContextHelper;

/** Makes the steps that keep messages, and sets the options of others to what loses none, where the user set none. */
final class KeptProcessors implements ProcessorFactory {

    /** Where a message from a queue may come in. */
    private static final Set<String> FROM_QUEUES = Set.of("spring-rabbitmq", "direct", "seda", "kamelet");

    /** The {@code delimiter} of a split with which the whole value is one part. */
    private static final String SINGLE_PART = "single";

    /** The {@code delimiter} of a split with which a string is one part, and a list is still split. */
    private static final String NO_DELIMITER = "false";

    private static final String DEFAULT_DELIMITER = ",";

    private final ProcessorFactory camels;

    KeptProcessors(ProcessorFactory camels) {
        this.camels = camels;
    }

    @Override
    public Processor createProcessor(Route route, NamedNode definition) throws Exception {
        tellFailuresOfTheDeadLetterChannel(route.getCamelContext(), route.getErrorHandlerFactory());
        if (definition instanceof AggregateDefinition aggregate && !KeptAggregate.hasOwnRepository(aggregate)) {
            return new KeptAggregate(route, aggregate).createProcessor();
        }
        if (definition instanceof OnCompletionDefinition onCompletion) {
            return new KeptOnCompletion(route, onCompletion).createProcessor();
        }
        if (definition instanceof SplitDefinition) {
            return createSplit(route, (SplitDefinition) definition);
        }
        if (definition instanceof MulticastDefinition) {
            return new MulticastReifier(route, (MulticastDefinition) definition) {
                @Override
                public Object lookupByName(String name) {
                    return SoundStrategy.of(super.lookupByName(name));
                }
            }.createProcessor();
        }
        if (definition instanceof RecipientListDefinition) {
            return new RecipientListReifier(route, (RecipientListDefinition<?>) definition) {
                @Override
                public Object lookupByName(String name) {
                    return SoundStrategy.of(super.lookupByName(name));
                }
            }.createProcessor();
        }
        if (definition instanceof PollEnrichDefinition) {
            return new PollEnrichReifier(route, (PollEnrichDefinition) definition) {
                @Override
                public AggregationStrategy getConfiguredAggregationStrategy(
                        AggregationStrategyAwareDefinition<?> definition) {
                    AggregationStrategy users = super.getConfiguredAggregationStrategy(definition);
                    return users == null ? null : new TakenInStrategy(users);
                }
            }.createProcessor();
        }
        if (definition instanceof ResequenceDefinition resequence) {
            keepEqualElements(route.getCamelContext(), resequence);
        } else if (definition instanceof IdempotentConsumerDefinition idempotent && mayComeFromQueue(route)) {
            return createIdempotent(route, idempotent);
        }
        return camels.createProcessor(route, definition);
    }

    private static Processor createSplit(Route route, SplitDefinition definition) throws Exception {
        return new SplitReifier(route, definition) {
            @Override
            public Object lookupByName(String name) {
                return SoundStrategy.of(super.lookupByName(name));
            }

            @Override
            protected Expression createExpression(ExpressionDefinition expression) {
                Expression users = super.createExpression(expression);
                String delimiter = parseString(definition.getDelimiter());
                if (SINGLE_PART.equalsIgnoreCase(delimiter)) {
                    return users;
                }
                if (delimiter == null) {
                    return new SoundParts(users, DEFAULT_DELIMITER);
                }
                return new SoundParts(users, NO_DELIMITER.equalsIgnoreCase(delimiter) ? null : delimiter);
            }
        }.createProcessor();
    }

    /** Camel's default takes a message as handled though it could not be sent to where failed ones go. */
    private static void tellFailuresOfTheDeadLetterChannel(CamelContext context, ErrorHandlerFactory errorHandler) {
        if (errorHandler instanceof DeadLetterChannelDefinition channel) {
            if (channel.getDeadLetterHandleNewException() == null) {
                channel.setDeadLetterHandleNewException("false");
            }
        } else if (errorHandler instanceof DefaultErrorHandlerProperties builder) {
            // of a route in Java; whether it was set cannot be seen
            builder.setDeadLetterHandleNewException(false);
        } else if (errorHandler instanceof ErrorHandlerDefinition several) {
            tellFailuresOfTheDeadLetterChannel(context, several.getErrorHandlerType());
        } else if (errorHandler instanceof RefErrorHandlerDefinition reference) {
            tellFailuresOfTheDeadLetterChannel(
                    context, context.getRegistry().lookupByNameAndType(reference.getRef(), ErrorHandlerFactory.class));
        }
    }

    /** By default Camel drops the second of two messages that stand at the same place of the order. */
    private static void keepEqualElements(CamelContext context, ResequenceDefinition definition) {
        if (definition.getStreamConfig() != null) {
            StreamResequencerConfig stream = definition.getStreamConfig();
            ExpressionResultComparator order = stream.getComparatorBean();
            if (order == null && stream.getComparator() != null) {
                order = CamelContextHelper.mandatoryLookup(
                        context, stream.getComparator(), ExpressionResultComparator.class);
                stream.setComparator((String) null);
            }
            if (!(order instanceof DistinctElements)) {
                stream.setComparatorBean(new DistinctElements(order == null ? new DefaultExchangeComparator() : order));
            }
            return;
        }
        BatchResequencerConfig batch = definition.getBatchConfig();
        if (batch == null) {
            batch = BatchResequencerConfig.getDefault();
            definition.setBatchConfig(batch);
        }
        if (batch.getAllowDuplicates() == null) {
            batch.setAllowDuplicates("true");
        }
    }

    private static boolean mayComeFromQueue(Route route) {
        String uri = route.getEndpoint().getEndpointUri();
        return FROM_QUEUES.contains(uri.substring(0, Math.max(0, uri.indexOf(':'))));
    }

    /**
     * With Camel's default the key is known before the work: after a kill, or a lost connection, the message comes again
     * and is skipped as a duplicate, though its work is not done.
     */
    private static Processor createIdempotent(Route route, IdempotentConsumerDefinition definition) throws Exception {
        if (definition.getEager() == null) {
            definition.setEager("false");
        }
        return new IdempotentConsumerReifier(route, definition) {
            @Override
            @SuppressWarnings("unchecked")
            protected <T> IdempotentRepository resolveIdempotentRepository() {
                IdempotentRepository users = super.resolveIdempotentRepository();
                return users == null || parseBoolean(definition.getEager(), true) ? users : new KnownAfterWork(users);
            }
        }.createProcessor();
    }

    @Override
    public Processor createChildProcessor(Route route, NamedNode definition, boolean mandatory) throws Exception {
        return camels.createChildProcessor(route, definition, mandatory);
    }

    @Override
    public Processor createProcessor(CamelContext context, String definitionName, Object[] arguments) throws Exception {
        return camels.createProcessor(context, definitionName, arguments);
    }
}
