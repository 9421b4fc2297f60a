package org.kuteng.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AuthenticationFailureException;
import com.rabbitmq.client.PossibleAuthenticationFailureException;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The texts are those of RabbitMQ 3.10 and 4. */
class BrokerFaultsTest {
    private static final List<BrokerUri> NODES =
            BrokerUri.parseList("amqp://joe:secret@h1/work,amqp://joe:secret@h2/work");

    // --- connecting

    @Test
    void aWrongPasswordIsForGood() {
        IOException refused = new AuthenticationFailureException(
                "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN.");

        assertFault(
                true,
                "broker at h1:5672, h2:5672 refused user 'joe': wrong user or password; check the URI in kuteng.broker",
                BrokerFaults.ofConnecting(NODES, refused));
        assertTrue(BrokerFaults.ofConnecting(NODES, new PossibleAuthenticationFailureException(new IOException()))
                .isPermanent());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "NOT_ALLOWED - vhost work not found",
                "NOT_ALLOWED - Unknown virtual host: 'work'",
            })
    void aVirtualHostThatDoesNotExistIsForGood(String reply) {
        assertFault(
                true,
                "broker at h1:5672, h2:5672 has no virtual host 'work';"
                        + " the last part of the URI in kuteng.broker names it",
                BrokerFaults.ofConnecting(NODES, connectionClosed(AMQP.NOT_ALLOWED, reply)));
    }

    @Test
    void aVirtualHostThatTheUserMayNotEnterIsForGood() {
        assertFault(
                true,
                "broker at h1:5672, h2:5672 does not let user 'joe' into virtual host 'work'"
                        + " (NOT_ALLOWED - access to vhost 'work' refused for user 'joe')",
                BrokerFaults.ofConnecting(
                        NODES,
                        connectionClosed(
                                AMQP.NOT_ALLOWED, "NOT_ALLOWED - access to vhost 'work' refused for user 'joe'")));
    }

    @Test
    void aRefusalThatNamesNoReasonIsForGood() {
        assertFault(
                true,
                "broker at h1:5672, h2:5672 refused user 'joe': wrong user or password, or no right to connect"
                        + " (ACCESS_REFUSED - user 'joe' can only connect via localhost)",
                BrokerFaults.ofConnecting(
                        NODES,
                        connectionClosed(
                                AMQP.ACCESS_REFUSED, "ACCESS_REFUSED - user 'joe' can only connect via localhost")));
    }

    static Stream<Arguments> whatKeepsABrokerFromBeingReached() {
        return Stream.of(
                Arguments.of(new ConnectException("Connection refused"), "connection refused"),
                Arguments.of(new UnknownHostException("h1"), "unknown host"),
                Arguments.of(new NoRouteToHostException("No route to host"), "no route to host"),
                Arguments.of(new SocketTimeoutException("connect timed out"), "no answer in time"),
                Arguments.of(new TimeoutException(), "no answer in time"),
                Arguments.of(new EOFException(), "it closed the connection; does it speak AMQP 0-9-1?"),
                Arguments.of(new IOException(new IOException("Broken pipe")), "Broken pipe"),
                Arguments.of(new IOException(new IllegalStateException()), "IllegalStateException"),
                Arguments.of(
                        connectionClosed(
                                AMQP.CONNECTION_FORCED, "CONNECTION_FORCED - broker forced connection closure"),
                        "CONNECTION_FORCED - broker forced connection closure"));
    }

    @ParameterizedTest
    @MethodSource("whatKeepsABrokerFromBeingReached")
    void aBrokerThatIsNotReachedMayComeBack(Exception thrown, String reason) {
        assertFault(
                false,
                "broker at h1:5672, h2:5672 is not reachable (" + reason + ")",
                BrokerFaults.ofConnecting(NODES, thrown));
    }

    @Test
    void aCertificateThatIsNotTrustedIsForGood() {
        Exception thrown = new SSLHandshakeException("PKIX path building failed");
        thrown.initCause(new CertPathBuilderException("unable to find valid certification path to requested target"));
        assertFault(
                true,
                "TLS with the broker at h1:5672, h2:5672 failed: its certificate comes from an authority that is not"
                        + " trusted; kuteng.tls.caFile names those to trust",
                BrokerFaults.ofConnecting(NODES, thrown));
    }

    @Test
    void aHandshakeThatWasCutOffMayPass() {
        Exception thrown = new SSLHandshakeException("Remote host terminated the handshake");
        thrown.initCause(new EOFException("SSL peer shut down incorrectly"));
        assertFault(
                false,
                "broker at h1:5672, h2:5672 is not reachable"
                        + " (it closed the connection; does it speak AMQP 0-9-1?)",
                BrokerFaults.ofConnecting(NODES, thrown));
    }

    @Test
    void aPortThatSpeaksNoTlsIsSaidSo() {
        assertTrue(BrokerFaults.ofConnecting(
                        NODES, new SSLException("Unsupported or unrecognized SSL message, plaintext connection?"))
                .getMessage()
                .contains("it does not speak TLS on this port; the URI begins with amqps://"));
    }

    // --- requests

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "durable | received 'false' but current is 'true' | 'true' there, 'false' here"
                        + " | kuteng.queue.type=durable",
                "durable | received 'true' but current is 'false' | 'false' there, 'true' here"
                        + " | kuteng.queue.type=transient",
                "x-queue-type | received 'quorum' but current is 'classic' | 'classic' there, 'quorum' here"
                        + " | kuteng.queue.type=durable",
                "x-queue-type | received none but current is the value 'quorum' of type 'longstr'"
                        + " | 'quorum' there, not set here | kuteng.queue.type=quorum",
                "x-queue-type | received the value 'quorum' of type 'longstr' but current is none"
                        + " | not set there, 'quorum' here | kuteng.queue.type=durable",
                "x-message-ttl | received the value '60000' of type 'signedint' but current is the value '30000' of"
                        + " type 'signedint' | '30000' there, '60000' here"
                        + " | the same arg.queue.x-message-ttl in every route",
                "x-max-length | received none but current is the value '10' of type 'signedint', and more"
                        + " | '10' there, not set here | the same arg.queue.x-max-length in every route",
            })
    void aQueueWithOtherArgumentsIsSaidWithTheArgumentBothValuesAndTheWaysOut(
            String argument, String values, String said, String wayOut) {
        assertFault(
                true,
                "queue 'kuteng' exists with other arguments: " + argument + " is " + said + ". Ways out: " + wayOut
                        + ", another queue name, or delete the queue when it is empty"
                        + " (rabbitmqctl -p work delete_queue --if-empty kuteng)",
                BrokerFaults.ofRequest(
                        "declare queue 'kuteng'",
                        new IOException(channelClosed(
                                AMQP.PRECONDITION_FAILED,
                                "PRECONDITION_FAILED - inequivalent arg '" + argument
                                        + "' for queue 'kuteng' in vhost 'work': " + values))));
    }

    @Test
    void anExchangeWithOtherArgumentsIsSaidToo() {
        assertFault(
                true,
                "exchange 'e' exists with other arguments: type is 'topic' there, 'direct' here."
                        + " Ways out: the same arguments in the routes, or another exchange name",
                BrokerFaults.ofRequest(
                        "declare exchange 'e'",
                        channelClosed(
                                AMQP.PRECONDITION_FAILED,
                                "PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'e' in vhost 'work':"
                                        + " received 'direct' but current is 'topic'")));
    }

    @Test
    void whatTheBrokerRefusesIsForGood() {
        assertFault(
                true,
                "cannot declare queue 'kuteng': the broker says ACCESS_REFUSED - access to queue 'kuteng' in vhost"
                        + " 'work' refused for user 'joe'",
                BrokerFaults.ofRequest(
                        "declare queue 'kuteng'",
                        channelClosed(
                                AMQP.ACCESS_REFUSED,
                                "ACCESS_REFUSED - access to queue 'kuteng' in vhost 'work' refused for user 'joe'")));
    }

    @ParameterizedTest
    @CsvSource({"404, NOT_FOUND - no queue 'kuteng'", "405, RESOURCE_LOCKED - exclusive access"})
    void whatIsMissingOrLockedMayPass(int code, String reply) {
        assertFault(
                false,
                "cannot consume from queue 'kuteng': the broker says " + reply,
                BrokerFaults.ofRequest("consume from queue 'kuteng'", channelClosed(code, reply)));
    }

    @Test
    void aConnectionThatIsLostMeanwhileMayComeBack() {
        assertFault(
                false,
                "cannot declare queue 'kuteng': it closed the connection; does it speak AMQP 0-9-1?",
                BrokerFaults.ofRequest("declare queue 'kuteng'", new IOException(new EOFException())));
        assertFalse(BrokerFaults.ofRequest(
                        "declare queue 'kuteng'",
                        connectionClosed(AMQP.CONNECTION_FORCED, "CONNECTION_FORCED - Node was put into maintenance"))
                .isPermanent());
    }

    @Test
    void whatIsExplainedAlreadyIsNotExplainedAgain() {
        BrokerException explained = new BrokerException(false, "explained", null);

        assertSame(explained, BrokerFaults.ofRequest("declare queue 'kuteng'", explained));
    }

    @Test
    void whoeverWasNotClosedByTheBrokerHasNoReply() {
        assertNull(BrokerFaults.replyText(new IOException()));
        assertEquals(0, BrokerFaults.replyCode(new IOException()));
        assertEquals(404, BrokerFaults.replyCode(new IOException(channelClosed(404, "NOT_FOUND"))));
        assertEquals(320, BrokerFaults.replyCode(connectionClosed(320, "CONNECTION_FORCED")));
    }

    private static void assertFault(boolean permanent, String message, BrokerException fault) {
        assertEquals(message, fault.getMessage());
        assertEquals(permanent, fault.isPermanent());
        assertFalse(fault.getMessage().contains("secret"));
    }

    private static ShutdownSignalException channelClosed(int code, String text) {
        return new ShutdownSignalException(
                false,
                false,
                new AMQP.Channel.Close.Builder().replyCode(code).replyText(text).build(),
                null);
    }

    private static ShutdownSignalException connectionClosed(int code, String text) {
        return new ShutdownSignalException(
                true,
                false,
                new AMQP.Connection.Close.Builder()
                        .replyCode(code)
                        .replyText(text)
                        .build(),
                null);
    }
}
