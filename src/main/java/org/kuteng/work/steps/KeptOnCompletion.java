package org.kuteng.work.steps;

import java.util.concurrent.ExecutorService;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.Exchange;
import org.apache.camel.Predicate;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.model.OnCompletionDefinition;
import org.apache.camel.model.OnCompletionMode;
import org.apache.camel.processor.OnCompletionProcessor;
import org.apache.camel.reifier.OnCompletionReifier;
import org.apache.camel.support.PluginHelper;

/** Makes {@code onCompletion} as Camel does, but for the message that it works on: it stays in hand meanwhile. */
final class KeptOnCompletion extends OnCompletionReifier {

    KeptOnCompletion(Route route, OnCompletionDefinition definition) {
        super(route, definition);
    }

    @Override
    public Processor createProcessor() throws Exception {
        boolean completeOnly = parseBoolean(definition.getOnCompleteOnly(), false);
        boolean failureOnly = parseBoolean(definition.getOnFailureOnly(), false);
        boolean parallel = parseBoolean(definition.getParallelProcessing(), false);
        boolean original = parseBoolean(definition.getUseOriginalMessage(), false);
        if (completeOnly && failureOnly) {
            throw new IllegalArgumentException(
                    "only one of onCompleteOnly and onFailureOnly can be true: " + definition);
        }
        if (original) {
            route.setAllowUseOriginalMessage(true);
        }
        AsyncProcessor steps = PluginHelper.getInternalProcessorFactory(camelContext)
                .addUnitOfWorkProcessorAdvice(camelContext, createChildProcessor(true), route);
        route.setOnCompletion(getId(definition), steps);
        Predicate when = null;
        if (definition.getOnWhen() != null) {
            definition.getOnWhen().preCreateProcessor();
            when = createPredicate(definition.getOnWhen().getExpression());
        }
        boolean ownThreads = willCreateNewThreadPool(definition, parallel);
        ExecutorService threads = getConfiguredExecutorService("OnCompletion", definition, parallel);
        boolean afterConsumer = definition.getMode() == null
                || parse(OnCompletionMode.class, definition.getMode()) == OnCompletionMode.AfterConsumer;
        OnCompletionProcessor processor =
                new OnCompletionProcessor(
                        camelContext,
                        steps,
                        threads,
                        ownThreads,
                        completeOnly,
                        failureOnly,
                        when,
                        original,
                        afterConsumer,
                        definition.isRouteScoped()) {
                    @Override
                    protected Exchange prepareExchange(Exchange exchange) {
                        Exchange prepared = super.prepareExchange(exchange);
                        if (prepared != exchange) {
                            Handover.of(prepared, getId(), false).travelWith(prepared);
                        }
                        return prepared;
                    }
                };
        processor.setDisabled(isDisabled(camelContext, definition));
        return processor;
    }
}
