package org.kuteng.work.steps;

import org.apache.camel.AggregationStrategy;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.support.service.ServiceHelper;
import org.apache.camel.support.service.ServiceSupport;

/** Stands before an aggregation strategy of the user's own, which has its context and its start and stop through it. */
abstract class UsersStrategy extends ServiceSupport implements AggregationStrategy, CamelContextAware {
    final AggregationStrategy users;
    private CamelContext context;

    UsersStrategy(AggregationStrategy users) {
        this.users = users;
    }

    @Override
    public CamelContext getCamelContext() {
        return context;
    }

    @Override
    public void setCamelContext(CamelContext camelContext) {
        this.context = camelContext;
        CamelContextAware.trySetCamelContext(users, camelContext);
    }

    @Override
    protected void doStart() {
        ServiceHelper.startService(users);
    }

    @Override
    protected void doStop() {
        ServiceHelper.stopService(users);
    }

    @Override
    public String toString() {
        return users.toString();
    }
}
