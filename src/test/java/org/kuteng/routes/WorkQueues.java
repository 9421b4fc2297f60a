package org.kuteng.routes;

import org.apache.camel.BindToRegistry;
import org.apache.camel.CamelConfiguration;
import org.kuteng.rabbitmq.WorkQueueComponent;

/** What the application gives to the routes; a route that is tested needs it as well. */
public class WorkQueues implements CamelConfiguration {
    @BindToRegistry("spring-rabbitmq")
    WorkQueueComponent component() {
        return new WorkQueueComponent();
    }
}
