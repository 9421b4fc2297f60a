package org.kuteng.broker;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One broker node as an <a href="https://www.rabbitmq.com/docs/uri-spec">AMQP URI</a> names it:
 * {@code amqp[s]://user:password@host:port/vhost}.
 *
 * <p>Unlike the specification, which reads {@code amqp://host/} as a virtual host with an empty name, an empty path
 * means virtual host {@code /}, as a missing one does: no broker has a virtual host without a name, and the difference
 * has cost many an hour.
 *
 * @param tls whether the scheme is {@code amqps}
 * @param host name or address; default {@code localhost}
 * @param port default 5672, with TLS 5671
 * @param user default {@code guest}
 * @param password default {@code guest}
 * @param virtualHost default {@code /}
 */
public record BrokerUri(boolean tls, String host, int port, String user, String password, String virtualHost) {

    /** The port that IANA gave to AMQP. */
    public static final int DEFAULT_PORT = 5672;

    /** The port that IANA gave to AMQP over TLS. */
    public static final int DEFAULT_TLS_PORT = 5671;

    private static final String DEFAULT_USER = "guest";

    private static final String DEFAULT_HOST = "localhost";

    private static final int MAX_PORT = 65_535;

    /** Between two nodes; a comma in a password is not followed by a scheme. */
    private static final Pattern BETWEEN_NODES = Pattern.compile(",(?=\\s*(?:[a-zA-Z][a-zA-Z0-9+.-]*:/|,|$))");

    /** User and password, host (a name, which may hold an underscore, or an IPv6 address), port. */
    private static final Pattern AUTHORITY = Pattern.compile("(?:([^@]*)@)?(\\[[0-9a-fA-F:.%]+]|[\\w.-]*)(?::(\\d*))?");

    /** Up to the last @ of a word, but not into the next URI: a password may hold an unescaped @ or comma. */
    private static final Pattern IN_TEXT = Pattern.compile("(?i)(amqps?://[^:/\\s]*):(?:(?!,\\s*amqps?://)\\S)*@");

    private static final Pattern IN_VALUE =
            Pattern.compile("(?i)((?:[a-z][a-z0-9+.-]*:/*)?[^:/,'\\s]*?):(?:(?!,\\s*[a-z]+://).)*@");

    private static final Pattern NO_PORT =
            Pattern.compile("(?i)(amqps?://[^:/@\\[]*):(?!\\*\\*\\*@|\\d+(?:[/,']|$))[^/,']*");

    private static final String MASK = "$1:***@";

    /**
     * Reads one URI, or several separated by commas: the nodes of one cluster.
     *
     * @throws IllegalArgumentException if one is not an AMQP URI, or if they differ in user, password, virtual host or
     *     TLS, which one cluster cannot; the message never holds a password
     */
    public static List<BrokerUri> parseList(String uris) {
        List<BrokerUri> nodes = new ArrayList<>();
        for (String uri : BETWEEN_NODES.split(uris)) {
            if (!uri.isBlank()) {
                nodes.add(parse(uri.trim()));
            }
        }
        if (nodes.isEmpty()) {
            throw new IllegalArgumentException("it names no broker (amqp://user:password@host:port/vhost)");
        }
        for (BrokerUri node : nodes) {
            if (!node.sameCluster(nodes.get(0))) {
                throw new IllegalArgumentException("the nodes of one cluster need the same scheme, user, password and"
                        + " virtual host, but " + node + " differs from " + nodes.get(0));
            }
        }
        return List.copyOf(nodes);
    }

    /**
     * Reads one URI.
     *
     * @throws IllegalArgumentException if it is not an AMQP URI; the message never holds a password
     */
    public static BrokerUri parse(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            // its message would repeat the password
            throw new IllegalArgumentException("'" + maskedValue(text) + "' is not a URI: " + e.getReason()
                    + " (special characters in user or password are written %40 for @, %2F for /)");
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("amqp") && !scheme.equals("amqps") || !text.startsWith("//", scheme.length() + 1)) {
            throw new IllegalArgumentException("'" + maskedValue(text) + "' does not begin with amqp:// or amqps://");
        }
        if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "'" + maskedValue(text) + "' has a query or fragment, which kuteng does not know");
        }
        Matcher authority = AUTHORITY.matcher(uri.getRawAuthority() == null ? "" : uri.getRawAuthority());
        if (!authority.matches()) {
            throw new IllegalArgumentException("'" + maskedValue(text) + "' has no valid host and port"
                    + " (special characters in user or password are written %40 for @, %2F for /)");
        }
        boolean tls = scheme.equals("amqps");
        String host = authority.group(2).isEmpty() ? DEFAULT_HOST : authority.group(2);
        int port = port(text, authority.group(3), tls);
        String userInfo = authority.group(1);
        String user = DEFAULT_USER;
        String password = DEFAULT_USER;
        if (userInfo != null) {
            int colon = userInfo.indexOf(':');
            user = decode(colon < 0 ? userInfo : userInfo.substring(0, colon));
            password = colon < 0 ? DEFAULT_USER : decode(userInfo.substring(colon + 1));
        }
        String path = uri.getRawPath();
        if (path != null && path.length() > 1 && path.indexOf('/', 1) > 0) {
            throw new IllegalArgumentException("'" + maskedValue(text)
                    + "' has more than one path segment: a virtual host named '" + path.substring(1) + "' is written '"
                    + URLEncoder.encode(path.substring(1), StandardCharsets.UTF_8) + "'");
        }
        String virtualHost = path == null || path.length() <= 1 ? "/" : decode(path.substring(1));
        return new BrokerUri(tls, host, port, user, password, virtualHost);
    }

    private static int port(String uri, String digits, boolean tls) {
        if (digits == null || digits.isEmpty()) {
            return tls ? DEFAULT_TLS_PORT : DEFAULT_PORT;
        }
        int port = digits.length() > 5 ? 0 : Integer.parseInt(digits);
        if (port < 1 || port > MAX_PORT) {
            throw new IllegalArgumentException(
                    "'" + maskedValue(uri) + "' has port " + digits + ", which is not between 1 and " + MAX_PORT);
        }
        return port;
    }

    private boolean sameCluster(BrokerUri other) {
        return tls == other.tls
                && user.equals(other.user)
                && password.equals(other.password)
                && virtualHost.equals(other.virtualHost);
    }

    /** {@code host:port}, as it stands in messages. */
    public String address() {
        return host + ":" + port;
    }

    /** The URI without its password: fit for logs. */
    @Override
    public String toString() {
        String vhost = virtualHost.equals("/") ? "%2F" : encode(virtualHost);
        return (tls ? "amqps" : "amqp") + "://" + encode(user) + ":***@" + address() + "/" + vhost;
    }

    /** A text that may hold AMQP URIs with their passwords replaced by {@code ***}. */
    public static String masked(String text) {
        return text.contains("://") ? IN_TEXT.matcher(text).replaceAll(MASK) : text;
    }

    /**
     * The same for a text that is meant to be such a URI, or several, but may not be one: what stands between a colon
     * and an @ is taken for a password, whatever stands before it or in it; and what should be a port but is no number.
     */
    public static String maskedValue(String text) {
        return NO_PORT.matcher(IN_VALUE.matcher(text).replaceAll(MASK)).replaceAll("$1:***");
    }

    private static String decode(String text) {
        // URLDecoder reads a plus as a blank, which a URI does not
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
