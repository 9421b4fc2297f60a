package org.kuteng.broker;

import java.util.concurrent.Executor;
import org.apache.qpid.server.model.VirtualHost;
import org.apache.qpid.server.transport.AbstractAMQPConnection;
import org.apache.qpid.server.transport.NetworkConnectionScheduler;
import org.apache.qpid.server.transport.NonBlockingConnection;

/**
 * Mends what Qpid leaves behind when something is thrown on a thread that serves a client: the client would wait for an
 * answer for ever, and one of the few threads for all clients would be gone.
 */
final class ClientThreads {

    /** What Qpid calls a thread while it serves a client; the address of the client follows. */
    private static final String NAME_PREFIX = "IO-";

    private ClientThreads() {}

    /**
     * Disconnects the client whose thread has ended, and starts a thread instead.
     *
     * @param threadName of the thread that has ended
     * @return false if it served no client of this virtual host
     */
    static boolean disconnect(VirtualHost<?> host, String threadName) {
        for (Object client : host.getConnections()) {
            if (client instanceof AbstractAMQPConnection<?, ?> connection
                    && connection.getNetwork() instanceof NonBlockingConnection network
                    && threadName.equals(NAME_PREFIX + network.getRemoteAddress())) {
                replaceThread(network.getScheduler());
                // Qpid takes it for being served still
                network.clearScheduled();
                network.close();
                return true;
            }
        }
        return false;
    }

    private static void replaceThread(NetworkConnectionScheduler scheduler) {
        Executor threads = (Executor) field("_executor").get(scheduler);
        threads.execute((Runnable) field("_selectorThread").get(scheduler));
    }

    private static QpidField field(String name) {
        return new QpidField(NetworkConnectionScheduler.class, name);
    }
}
