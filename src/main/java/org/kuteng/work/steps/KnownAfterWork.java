package org.kuteng.work.steps;

import java.util.Collection;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;
import org.apache.camel.spi.IdempotentRepository;
import org.apache.camel.support.service.ServiceHelper;
import org.apache.camel.support.service.ServiceSupport;
import org.kuteng.work.Work;

/**
 * The user's repository of an {@code idempotentConsumer} with {@code eager=false}: the key of a message from a queue is
 * known when all that came of the message is done, and not when its route has completed. What fails later is attempted
 * again, and not skipped.
 */
final class KnownAfterWork extends ServiceSupport implements IdempotentRepository, CamelContextAware {
    private final IdempotentRepository users;
    private CamelContext context;

    KnownAfterWork(IdempotentRepository users) {
        this.users = users;
    }

    @Override
    public boolean add(Exchange exchange, String key) {
        Collection<Work> works = Work.all(exchange);
        if (works.size() != 1) {
            return users.add(exchange, key) && users.confirm(exchange, key);
        }
        works.iterator().next().whenDone(() -> {
            users.add(exchange, key);
            users.confirm(exchange, key);
        });
        return true;
    }

    @Override
    public boolean contains(Exchange exchange, String key) {
        return users.contains(exchange, key);
    }

    @Override
    public boolean remove(Exchange exchange, String key) {
        return users.remove(exchange, key);
    }

    /** Done when it is added. */
    @Override
    public boolean confirm(Exchange exchange, String key) {
        return true;
    }

    @Override
    public boolean add(String key) {
        return users.add(key);
    }

    @Override
    public boolean contains(String key) {
        return users.contains(key);
    }

    @Override
    public boolean remove(String key) {
        return users.remove(key);
    }

    @Override
    public boolean confirm(String key) {
        return users.confirm(key);
    }

    @Override
    public void clear() {
        users.clear();
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
    protected void doStart() throws Exception {
        if (!context.hasService(users)) {
            context.addService(users);
        }
        ServiceHelper.startService(users);
    }

    @Override
    protected void doStop() {
        ServiceHelper.stopService(users);
    }

    @Override
    protected void doShutdown() throws Exception {
        ServiceHelper.stopAndShutdownServices(users);
        context.removeService(users);
    }
}
