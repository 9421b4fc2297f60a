package org.kuteng.failure;

import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Route;
import org.apache.camel.Service;
import org.apache.camel.component.springrabbit.SpringRabbitMQConstants;
import org.apache.camel.spi.ExceptionHandler;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.LifecycleStrategySupport;
import org.apache.camel.support.LoggingExceptionHandler;
import org.apache.camel.support.ScheduledPollConsumer;
import org.kuteng.work.FailedStep;
import org.kuteng.work.Failure;
import org.kuteng.work.Work;
import org.slf4j.LoggerFactory;

/**
 * Tells of each exchange that failed, that nothing handled and that no worker cares for, in one line: which route and
 * step, why, and what becomes of it. What Camel's consumers would say of it is left out.
 */
public final class UnhandledFailures extends LifecycleStrategySupport {

    /** An exchange property: it has been told. */
    private static final String TOLD = "KutengTold";

    private static final Set<String> TIMERS = Set.of("timer", "scheduler", "quartz", "cron");

    /** Who calls such a route is given the exception, as is a bean that sends. */
    private static final Set<String> CALLED = Set.of("direct", "kamelet");

    @Override
    public void onServiceAdd(CamelContext context, Service service, Route route) {
        if (service instanceof DefaultConsumer consumer
                && consumer.getExceptionHandler() instanceof LoggingExceptionHandler) {
            consumer.setExceptionHandler(new OfConsumer(route == null ? "kuteng" : route.getRouteId()));
        }
    }

    /** An exchange has ended with a failure. */
    public static void tell(Exchange exchange) {
        Endpoint from = exchange.getFromEndpoint();
        String scheme = from == null ? "" : scheme(from);
        boolean copy = exchange.getProperty(ExchangePropertyKey.CORRELATION_ID) != null;
        boolean ownEnd = "seda".equals(scheme) || exchange.getProperty(ExchangePropertyKey.ON_COMPLETION) != null;
        boolean part = copy
                && !ownEnd
                && (exchange.getProperty(ExchangePropertyKey.MULTICAST_INDEX) != null
                        || exchange.getProperty(ExchangePropertyKey.SPLIT_INDEX) != null);
        boolean called = exchange.getFromRouteId() == null || CALLED.contains(scheme);
        if (part || !ownEnd && called || exchange.getProperty(TOLD) != null) {
            return;
        }
        tell(exchange, exchange.getException(), becomes(exchange, scheme, copy || ownEnd));
    }

    private static String scheme(Endpoint endpoint) {
        String uri = endpoint.getEndpointUri();
        return uri.substring(0, Math.max(0, uri.indexOf(':')));
    }

    private static String becomes(Exchange exchange, String scheme, boolean copy) {
        if (copy) {
            return "it is lost, since nothing tries it again";
        }
        if (TIMERS.contains(scheme)) {
            return "nothing tries it again; the timer fires again in its period";
        }
        Route route =
                exchange.getFromRouteId() == null ? null : exchange.getContext().getRoute(exchange.getFromRouteId());
        if (route != null && route.getConsumer() instanceof ScheduledPollConsumer) {
            return "it is polled again if its source still has it";
        }
        return "who sent it is told, if it waits for an answer";
    }

    private static void tell(Exchange exchange, Throwable thrown, String becomes) {
        exchange.setProperty(TOLD, Boolean.TRUE);
        Failure failure = FailedStep.of(exchange, thrown, false);
        String id = exchange.getMessage().getHeader(SpringRabbitMQConstants.MESSAGE_ID, String.class);
        LoggerFactory.getLogger(failure.routeId() == null ? "kuteng" : failure.routeId())
                .warn(
                        "failed{}{}: {}; {}",
                        failure.stepId() == null ? "" : " at " + failure.stepId(),
                        id == null ? "" : " with message " + id,
                        FailedMessage.shortText(thrown),
                        becomes,
                        thrown);
    }

    /** In place of the handler with which consumers log, which names no route. */
    private record OfConsumer(String routeId) implements ExceptionHandler {
        @Override
        public void handleException(Throwable thrown) {
            handleException("failed", thrown);
        }

        @Override
        public void handleException(String message, Throwable thrown) {
            LoggerFactory.getLogger(routeId).warn("{}: {}", message, FailedMessage.shortText(thrown), thrown);
        }

        @Override
        public void handleException(String message, Exchange exchange, Throwable thrown) {
            if (exchange == null) {
                handleException(message, thrown);
            } else if (exchange.getProperty(TOLD) == null && Work.of(exchange) == null) {
                Endpoint from = exchange.getFromEndpoint();
                tell(exchange, thrown, becomes(exchange, from == null ? "" : scheme(from), false));
            }
        }
    }
}
