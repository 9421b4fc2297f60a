package org.kuteng.broker;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AuthenticationFailureException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Method;
import com.rabbitmq.client.PossibleAuthenticationFailureException;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.EOFException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;

/** Turns what the client library throws into one line for the user, and knows which faults can pass. */
public final class BrokerFaults {
    static final Pattern INEQUIVALENT =
            Pattern.compile("inequivalent arg '([^']*)' for (queue|exchange) '([^']*)' in vhost '([^']*)':"
                    + " received (.*?) but current is (.*?)(?:,|$)");

    private static final Pattern QUOTED = Pattern.compile("^(?:the value |none?)?'?(.*?)'?(?: of type .*)?$");

    private BrokerFaults() {}

    static BrokerException ofConnecting(List<BrokerUri> nodes, Throwable e) {
        BrokerUri node = nodes.get(0);
        String where = nodes.stream().map(BrokerUri::address).collect(Collectors.joining(", "));
        String reply = replyText(e);
        if (find(e, AuthenticationFailureException.class) != null
                || find(e, PossibleAuthenticationFailureException.class) != null) {
            return new BrokerException(
                    true,
                    "broker at " + where + " refused user '" + node.user()
                            + "': wrong user or password; check the URI in kuteng.broker",
                    e);
        }
        // RabbitMQ says the one, Qpid the other
        if (reply != null && (replyCode(e) == AMQP.NOT_ALLOWED || replyCode(e) == AMQP.NOT_FOUND)) {
            return new BrokerException(true, noAccess(where, node, reply), e);
        }
        if (reply != null && (replyCode(e) == AMQP.ACCESS_REFUSED || reply.contains("ACCESS_REFUSED"))) {
            return new BrokerException(
                    true,
                    "broker at " + where + " refused user '" + node.user()
                            + "': wrong user or password, or no right to connect (" + reply + ")",
                    e);
        }
        boolean lineBroke = find(e, EOFException.class) != null || find(e, SocketException.class) != null;
        if (find(e, SSLException.class) != null && !lineBroke) {
            return new BrokerException(true, "TLS with the broker at " + where + " failed: " + ofTls(e), e);
        }
        return new BrokerException(false, "broker at " + where + " is not reachable (" + reason(e) + ")", e);
    }

    private static String ofTls(Throwable e) {
        String message = String.valueOf(find(e, SSLException.class).getMessage());
        if (message.contains("plaintext connection") || message.contains("unrecognized SSL message")) {
            return "it does not speak TLS on this port; the URI begins with amqps://";
        }
        if (find(e, CertPathBuilderException.class) != null) {
            return "its certificate comes from an authority that is not trusted; kuteng.tls.caFile names those to trust";
        }
        if (message.startsWith("No subject alternative") || message.startsWith("No name matching")) {
            return "its certificate is not made out for this host (" + message
                    + "); take the host that the certificate names";
        }
        return message;
    }

    private static String noAccess(String where, BrokerUri node, String reply) {
        boolean missing = reply.contains("not found") || reply.contains("Unknown virtual host");
        return missing
                ? "broker at " + where + " has no virtual host '" + node.virtualHost()
                        + "'; the last part of the URI in kuteng.broker names it"
                : "broker at " + where + " does not let user '" + node.user() + "' into virtual host '"
                        + node.virtualHost() + "' (" + reply + ")";
    }

    /**
     * A request on a channel (declare, consume) that failed.
     *
     * @param doing what was asked for, as in "declare queue 'kuteng'"
     */
    public static BrokerException ofRequest(String doing, Throwable e) {
        if (e instanceof BrokerException broker) {
            return broker;
        }
        String reply = replyText(e);
        int code = replyCode(e);
        if (reply == null || isConnectionLost(e)) {
            return new BrokerException(false, "cannot " + doing + ": " + reason(e), e);
        }
        Matcher other = INEQUIVALENT.matcher(reply);
        if (code == AMQP.PRECONDITION_FAILED && other.find()) {
            return new BrokerException(true, otherArguments(other, where(e)), e);
        }
        boolean passing = code == AMQP.NOT_FOUND || code == AMQP.RESOURCE_LOCKED;
        return new BrokerException(!passing, "cannot " + doing + ": the broker says " + reply, e);
    }

    private static String otherArguments(Matcher m, String where) {
        String argument = m.group(1);
        String kind = m.group(2);
        String name = m.group(3);
        String wanted = value(m.group(5));
        String there = value(m.group(6));
        String clash = kind + " '" + name + "'" + where + " exists with other arguments: " + argument + " is " + there
                + " there, " + wanted + " here. Ways out: ";
        return kind.equals("queue")
                ? clash + sameAs(argument, there) + ", another queue name, or delete the queue when it is empty"
                        + " (rabbitmqctl -p " + m.group(4) + " delete_queue --if-empty " + name + ")"
                : clash + "the same arguments in the routes, or another exchange name";
    }

    /** The setting with which the queue would be declared as it is. */
    private static String sameAs(String argument, String there) {
        return switch (argument) {
            case "durable" -> "kuteng.queue.type=" + (there.equals("'true'") ? "durable" : "transient");
            case "x-queue-type" -> "kuteng.queue.type=" + (there.equals("'quorum'") ? "quorum" : "durable");
            default -> "the same arg.queue." + argument + " in every route";
        };
    }

    /** The address of the broker that closed the channel, to follow a name; empty if it is not known. */
    private static String where(Throwable e) {
        ShutdownSignalException signal = find(e, ShutdownSignalException.class);
        Connection connection =
                signal != null && signal.getReference() instanceof Channel channel ? channel.getConnection() : null;
        return connection == null ? "" : " at " + connection.getAddress().getHostAddress() + ":" + connection.getPort();
    }

    /** RabbitMQ writes "the value 'x' of type 'longstr'", "'x'" or "none". */
    private static String value(String text) {
        if (text.startsWith("none")) {
            return "not set";
        }
        Matcher m = QUOTED.matcher(text.trim());
        return m.matches() ? "'" + m.group(1) + "'" : text;
    }

    /** The broker's own words for why it closed a channel or connection; null if it did not. */
    public static String replyText(Throwable e) {
        ShutdownSignalException signal = find(e, ShutdownSignalException.class);
        if (signal == null) {
            return null;
        }
        Method reason = signal.getReason();
        if (reason instanceof AMQP.Channel.Close close) {
            return close.getReplyText();
        }
        if (reason instanceof AMQP.Connection.Close close) {
            return close.getReplyText();
        }
        return null;
    }

    /** The AMQP reply code with which the broker closed a channel or connection; 0 if it did not. */
    public static int replyCode(Throwable e) {
        ShutdownSignalException signal = find(e, ShutdownSignalException.class);
        Method reason = signal == null ? null : signal.getReason();
        if (reason instanceof AMQP.Channel.Close close) {
            return close.getReplyCode();
        }
        return reason instanceof AMQP.Connection.Close close ? close.getReplyCode() : 0;
    }

    /** Whether the broker ended the connection because it goes down itself, or the line was cut: it may come back. */
    private static boolean isConnectionLost(Throwable e) {
        return replyCode(e) == 0 || replyCode(e) == AMQP.CONNECTION_FORCED;
    }

    /** A few words for why a connection is not to be had. */
    static String reason(Throwable e) {
        if (find(e, UnknownHostException.class) != null) {
            return "unknown host";
        }
        if (find(e, ConnectException.class) != null) {
            return "connection refused";
        }
        if (find(e, NoRouteToHostException.class) != null) {
            return "no route to host";
        }
        if (find(e, SocketTimeoutException.class) != null || find(e, TimeoutException.class) != null) {
            return "no answer in time";
        }
        if (find(e, EOFException.class) != null) {
            return "it closed the connection; does it speak AMQP 0-9-1?";
        }
        String reply = replyText(e);
        if (reply != null) {
            return reply;
        }
        Throwable root = e;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }

    private static <T extends Throwable> T find(Throwable e, Class<T> type) {
        for (Throwable t = e; t != null && t != t.getCause(); t = t.getCause()) {
            if (type.isInstance(t)) {
                return type.cast(t);
            }
        }
        return null;
    }
}
