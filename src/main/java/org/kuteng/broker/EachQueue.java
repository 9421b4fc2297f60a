package org.kuteng.broker;

import java.util.function.Consumer;
import org.apache.qpid.server.model.AbstractConfigurationChangeListener;
import org.apache.qpid.server.model.ConfiguredObject;
import org.apache.qpid.server.model.Queue;
import org.apache.qpid.server.model.VirtualHost;
import org.apache.qpid.server.queue.AbstractQueue;

/** The queues of the embedded broker. */
final class EachQueue {
    private EachQueue() {}

    /** Those that there are now. */
    static void now(VirtualHost<?> host, Consumer<AbstractQueue<?>> use) {
        for (Object child : host.getChildren(Queue.class)) {
            if (child instanceof AbstractQueue<?> queue) {
                use.accept(queue);
            }
        }
    }

    /** Those that there are now, and each one when it is declared, before anybody can send to it. */
    static void nowAndLater(VirtualHost<?> host, Consumer<AbstractQueue<?>> use) {
        host.addChangeListener(new AbstractConfigurationChangeListener() {
            @Override
            public void childAdded(ConfiguredObject<?> parent, ConfiguredObject<?> child) {
                if (child instanceof AbstractQueue<?> queue) {
                    use.accept(queue);
                }
            }
        });
        now(host, use);
    }
}
