package org.kuteng.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/**
 * Finds out whether a port can be had before the broker is started, because the broker answers a taken port with stack
 * traces on standard output.
 */
final class PortProbe {

    private PortProbe() {}

    /**
     * The port to start on: the wanted one, or {@link EmbeddedBroker#ANY_PORT} when it is taken and another will do.
     *
     * @throws EmbeddedBrokerException when the wanted port is taken and no other will do
     */
    static int choose(int wanted, boolean fallbackToFreePort) {
        if (wanted == EmbeddedBroker.ANY_PORT) {
            return wanted;
        }
        try (ServerSocket probe = new ServerSocket()) {
            // as the broker does it, else the connections of one that was just closed make the port look taken
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getByName(EmbeddedBroker.HOST), wanted));
            return wanted;
        } catch (IOException e) {
            if (fallbackToFreePort) {
                return EmbeddedBroker.ANY_PORT;
            }
            throw new EmbeddedBrokerException(
                    "port " + wanted + " on " + EmbeddedBroker.HOST
                            + " is taken by another program: stop that program, or choose another port"
                            + " (kuteng.embedded.port)",
                    e);
        }
    }
}
