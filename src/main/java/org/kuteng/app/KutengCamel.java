package org.kuteng.app;

import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.kuteng.failure.FailedStepInterceptor;
import org.kuteng.failure.FailureHandling;
import org.kuteng.failure.NoteFailure;
import org.kuteng.failure.UnhandledFailures;
import org.kuteng.rabbitmq.UnreadBodies;
import org.kuteng.rabbitmq.WorkQueueComponent;
import org.kuteng.work.steps.KeptSteps;

/** Camel as kuteng runs routes in it: the component, its settings, and what becomes of work that fails. */
public final class KutengCamel {
    private KutengCamel() {}

    /**
     * Sets up Camel before it starts. A {@link org.kuteng.broker.Broker} has to be bound in its registry before the
     * routes are created.
     *
     * @return the component that is bound under {@code spring-rabbitmq}
     */
    public static WorkQueueComponent setUp(Main main, Settings settings) {
        main.setDefaultPropertyPlaceholderLocation("false");
        main.setOverrideProperties(settings.asProperties());
        CamelDefaults.apply(main.configure());
        CamelDefaults.stopWithin(main.configure(), settings.get(Setting.STOP_TIMEOUT));
        WorkQueueComponent component = new WorkQueueComponent();
        main.addMainListener(new MainListenerSupport() {
            @Override
            public void beforeInitialize(BaseMainSupport camel) {
                // not earlier: the readers are to know their context
                RouteLoaders.bind(camel.getCamelContext().getRegistry()::bind);
                UnreadBodies.setUp(camel.getCamelContext());
                KeptSteps.setUp(camel.getCamelContext(), UnhandledFailures::tell);
                camel.getCamelContext().addLifecycleStrategy(new UnhandledFailures());
            }
        });
        main.bind("spring-rabbitmq", component);
        main.bind("workQueueSettings", WorkQueueSettingsFrom.settings(settings));
        main.bind("failureHandling", failureHandling(settings));
        main.bind("failedStep", new FailedStepInterceptor());
        main.bind(NoteFailure.RETRY_OR_BURY, new NoteFailure(false));
        main.bind(NoteFailure.BURY, new NoteFailure(true));
        return component;
    }

    /** What becomes of work that fails, as the settings have it. */
    public static FailureHandling failureHandling(Settings settings) {
        RouteRetrySettings retries = new RouteRetrySettings(settings);
        return new FailureHandling(retries.defaults(), retries::delays, retries::of);
    }
}
