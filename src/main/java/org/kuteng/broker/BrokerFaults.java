package org.kuteng.broker;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AuthenticationFailureException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ChannelContinuationTimeoutException;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Method;
import com.rabbitmq.client.MissedHeartbeatException;
import com.rabbitmq.client.PossibleAuthenticationFailureException;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.EOFException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.kuteng.broker.BrokerException.Cure;

/** Turns what the client library throws into one line for the user, and knows what it takes until it can succeed. */
public final class BrokerFaults {
    static final Pattern INEQUIVALENT =
            Pattern.compile("inequivalent arg '([^']*)' for (queue|exchange) '([^']*)' in vhost '([^']*)':"
                    + " received (.*?) but current is (.*?)(?:,|$)");

    private static final int MOST_CAUSES = 50;

    private static final Pattern QUOTED = Pattern.compile("^(?:the value |none?)?'?(.*?)'?(?: of type .*)?$");

    /** The route asks for what no queue can have. */
    private static final Pattern INVALID = Pattern.compile("invalid (arg|property) '");

    private static final Pattern NO_RIGHT = Pattern.compile(
            "(?:(configure|write|read) )?access to"
                    + " (queue|exchange|topic) '([^']*)'(?: in exchange '[^']*')? in vhost '([^']*)' refused for user '([^']*)'");

    /** Refusals of a connection that end when other clients leave, or when the broker has started. */
    private static final Pattern PASSING_REFUSAL =
            Pattern.compile("limit \\(\\d+\\) is reached|vhost '[^']*' is down|INTERNAL_ERROR");

    // class and method of a request, as the broker's answer names them
    private static final int EXCHANGE_DECLARE = 40 << 16 | 10;
    private static final int QUEUE_DECLARE = 50 << 16 | 10;
    private static final int QUEUE_PURGE = 50 << 16 | 30;
    private static final int QUEUE_DELETE = 50 << 16 | 40;
    private static final int BASIC_CONSUME = 60 << 16 | 20;
    private static final int BASIC_PUBLISH = 60 << 16 | 40;
    private static final int BASIC_GET = 60 << 16 | 70;

    private BrokerFaults() {}

    /**
     * No node could be connected to.
     *
     * @param failures what went wrong with each node, in the order in which they were tried; at least one
     */
    static BrokerException ofConnecting(Map<BrokerUri, ? extends Throwable> failures) {
        String everywhere =
                failures.keySet().stream().map(BrokerUri::address).sorted().collect(Collectors.joining(", "));
        List<BrokerException> sameWhere = new ArrayList<>();
        List<BrokerException> perNode = new ArrayList<>();
        failures.forEach((node, e) -> {
            sameWhere.add(ofConnecting(everywhere, node, e));
            perNode.add(ofConnecting(node.address(), node, e));
        });
        if (sameWhere.stream().map(Throwable::getMessage).distinct().count() == 1) {
            return sameWhere.get(0);
        }
        // a node that answers knows more than those that do not
        return perNode.stream().filter(BrokerException::needsPerson).findFirst().orElseGet(() -> {
            String reasons = failures.entrySet().stream()
                    .sorted(Comparator.comparing(failure -> failure.getKey().address()))
                    .map(failure -> failure.getKey().address() + ": " + reason(failure.getValue()))
                    .collect(Collectors.joining("; "));
            return new BrokerException(
                    Cure.TIME,
                    "no node of the broker is reachable (" + reasons + ")",
                    perNode.get(0).getCause());
        });
    }

    private static BrokerException ofConnecting(String where, BrokerUri node, Throwable e) {
        String reply = replyText(e);
        // RabbitMQ says the one, Qpid the other
        if (find(e, AuthenticationFailureException.class) != null
                || find(e, PossibleAuthenticationFailureException.class) != null
                        && replyCode(e) == AMQP.NOT_ALLOWED
                        && reply.startsWith("Authentication failed")) {
            return new BrokerException(
                    Cure.PERSON,
                    "broker at " + where + " refused user '" + node.user()
                            + "': wrong user or password; check the URI in kuteng.broker",
                    e);
        }
        if (reply != null && PASSING_REFUSAL.matcher(reply).find()) {
            return new BrokerException(
                    Cure.TIME, "broker at " + where + " accepts no connection now (" + reply + ")", e);
        }
        // RabbitMQ says the one, Qpid the other
        if (reply != null && (replyCode(e) == AMQP.NOT_ALLOWED || replyCode(e) == AMQP.NOT_FOUND)) {
            return new BrokerException(Cure.PERSON, noAccess(where, node, reply), e);
        }
        if (reply != null && (replyCode(e) == AMQP.ACCESS_REFUSED || reply.contains("ACCESS_REFUSED"))) {
            return new BrokerException(
                    Cure.PERSON,
                    "broker at " + where + " refused user '" + node.user()
                            + "': wrong user or password, or no right to connect (" + reply + ")",
                    e);
        }
        boolean lineBroke = find(e, EOFException.class) != null || find(e, SocketException.class) != null;
        if (find(e, SSLException.class) != null && !lineBroke) {
            return new BrokerException(Cure.PERSON, "TLS with the broker at " + where + " failed: " + ofTls(e), e);
        }
        return new BrokerException(Cure.TIME, "broker at " + where + " is not reachable (" + reason(e) + ")", e);
    }

    private static String ofTls(Throwable e) {
        String message = String.valueOf(find(e, SSLException.class).getMessage());
        if (message.contains("plaintext connection") || message.contains("unrecognized SSL message")) {
            return "this port does not speak TLS; use its TLS port, or amqp:// in the URI";
        }
        if (find(e, CertPathBuilderException.class) != null) {
            return "its certificate was issued by an authority that is not trusted; name the authority in kuteng.tls.caFile";
        }
        if (message.startsWith("No subject alternative") || message.startsWith("No name matching")) {
            return "its certificate is not valid for this host (" + message + "); use the host name in the certificate";
        }
        return message;
    }

    private static String noAccess(String where, BrokerUri node, String reply) {
        boolean missing = reply.contains("not found") || reply.contains("Unknown virtual host");
        return missing
                ? "broker at " + where + " has no virtual host '" + node.virtualHost()
                        + "'; check the last part of the URI in kuteng.broker"
                : "broker at " + where + " gives user '" + node.user() + "' no access to virtual host '"
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
            return new BrokerException(Cure.TIME, "cannot " + doing + ": " + reason(e), e);
        }
        Matcher other = INEQUIVALENT.matcher(reply);
        if (code == AMQP.PRECONDITION_FAILED && other.find()) {
            return new BrokerException(Cure.CONFIGURATION, otherArguments(other, where(e)), e);
        }
        String said = "cannot " + doing + ": the broker says " + reply;
        if (code == AMQP.PRECONDITION_FAILED && INVALID.matcher(reply).find()) {
            return new BrokerException(Cure.CONFIGURATION, said + "; change the arguments in the route", e);
        }
        Matcher noRight = NO_RIGHT.matcher(reply);
        if (code == AMQP.ACCESS_REFUSED && noRight.find()) {
            return new BrokerException(Cure.PERSON, "cannot " + doing + ": " + missingRight(noRight, e), e);
        }
        return new BrokerException(passesByItself(code, reply) ? Cure.TIME : Cure.PERSON, said, e);
    }

    private static boolean passesByItself(int code, String reply) {
        return switch (code) {
            case AMQP.NOT_FOUND, AMQP.RESOURCE_LOCKED, AMQP.INTERNAL_ERROR, AMQP.RESOURCE_ERROR -> true;
            case AMQP.ACCESS_REFUSED -> reply.contains("in exclusive use");
            case AMQP.PRECONDITION_FAILED -> reply.contains("timed out");
            default -> PASSING_REFUSAL.matcher(reply).find();
        };
    }

    private static String missingRight(Matcher m, Throwable e) {
        String right = m.group(1) == null ? rightFor(e) : m.group(1);
        return "user '" + m.group(5) + "' lacks " + (right == null ? "a" : "the") + " right"
                + (right == null ? "" : " to " + right) + " for " + m.group(2) + " '" + m.group(3)
                + "' in virtual host '" + m.group(4) + "' (rabbitmqctl set_permissions -p " + m.group(4) + " "
                + m.group(5) + " CONFIGURE WRITE READ)";
    }

    /** RabbitMQ before 3.12 does not name the right; null if the request does not tell either. */
    private static String rightFor(Throwable e) {
        ShutdownSignalException signal = find(e, ShutdownSignalException.class);
        if (signal == null || !(signal.getReason() instanceof AMQP.Channel.Close close)) {
            return null;
        }
        return switch (close.getClassId() << 16 | close.getMethodId()) {
            case EXCHANGE_DECLARE, QUEUE_DECLARE, QUEUE_DELETE -> "configure";
            case BASIC_CONSUME, BASIC_GET, QUEUE_PURGE -> "read";
            case BASIC_PUBLISH -> "write";
            default -> null;
        };
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

    /** Whether the broker gave no answer in time, on a connection that is there. */
    public static boolean isTimeout(Throwable e) {
        return find(e, TimeoutException.class) != null;
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
        if (find(e, SocketTimeoutException.class) != null
                || find(e, TimeoutException.class) != null
                || find(e, ChannelContinuationTimeoutException.class) != null
                || find(e, MissedHeartbeatException.class) != null) {
            return "no answer in time";
        }
        if (find(e, PossibleAuthenticationFailureException.class) != null && replyText(e) == null) {
            return "the connection was closed during login; the broker is starting or stopping, or the user or the"
                    + " password is wrong";
        }
        if (find(e, EOFException.class) != null) {
            return "it closed the connection; does it speak AMQP 0-9-1?";
        }
        String reply = replyText(e);
        if (reply != null) {
            return reply;
        }
        Throwable root = e;
        for (int depth = 0; root.getCause() != null && depth < MOST_CAUSES; depth++) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }

    /** In the chain of causes, which may hold a circle. */
    private static <T extends Throwable> T find(Throwable e, Class<T> type) {
        int depth = 0;
        for (Throwable t = e; t != null && depth < MOST_CAUSES; t = t.getCause(), depth++) {
            if (type.isInstance(t)) {
                return type.cast(t);
            }
        }
        return null;
    }
}
