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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.kuteng.broker.BrokerException.Cure;

/** The texts are those of RabbitMQ 3.10 and 4. */
class BrokerFaultsTest {
    private static final List<BrokerUri> NODES =
            BrokerUri.parseList("amqp://joe:secret@h1/work,amqp://joe:secret@h2/work");

    // --- connecting

    @Test
    void aWrongPasswordNeedsAPerson() {
        IOException refused = new AuthenticationFailureException(
                "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN.");

        assertFault(
                Cure.PERSON,
                "broker at h1:5672, h2:5672 refused user 'joe': wrong user or password; check the URI in kuteng.broker",
                connecting(refused));
    }

    @Test
    void aWrongPasswordNeedsAPersonAsQpidSaysItToo() {
        assertFault(
                Cure.PERSON,
                "broker at h1:5672, h2:5672 refused user 'joe': wrong user or password; check the URI in kuteng.broker",
                connecting(new PossibleAuthenticationFailureException(
                        connectionClosed(AMQP.NOT_ALLOWED, "Authentication failed"))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "NOT_ALLOWED - vhost work not found",
                "NOT_ALLOWED - Unknown virtual host: 'work'",
            })
    void aVirtualHostThatDoesNotExistNeedsAPerson(String reply) {
        assertFault(
                Cure.PERSON,
                "broker at h1:5672, h2:5672 has no virtual host 'work';"
                        + " check the last part of the URI in kuteng.broker",
                connecting(connectionClosed(AMQP.NOT_ALLOWED, reply)));
    }

    @Test
    void aVirtualHostThatTheUserMayNotEnterNeedsAPerson() {
        assertFault(
                Cure.PERSON,
                "broker at h1:5672, h2:5672 gives user 'joe' no access to virtual host 'work'"
                        + " (NOT_ALLOWED - access to vhost 'work' refused for user 'joe')",
                connecting(connectionClosed(
                        AMQP.NOT_ALLOWED, "NOT_ALLOWED - access to vhost 'work' refused for user 'joe'")));
    }

    @Test
    void aRefusalThatNamesNoReasonNeedsAPerson() {
        assertFault(
                Cure.PERSON,
                "broker at h1:5672, h2:5672 refused user 'joe': wrong user or password, or no right to connect"
                        + " (ACCESS_REFUSED - user 'joe' can only connect via localhost)",
                connecting(connectionClosed(
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
        assertFault(Cure.TIME, "broker at h1:5672, h2:5672 is not reachable (" + reason + ")", connecting(thrown));
    }

    static Stream<Arguments> whatEndsWhenOthersLeave() {
        String user = "NOT_ALLOWED - access to vhost 'work' refused for user 'joe': ";
        return Stream.of(
                Arguments.of(AMQP.NOT_ALLOWED, user + "connection limit (1) is reached"),
                Arguments.of(AMQP.NOT_ALLOWED, user + "vhost 'work' is down"),
                Arguments.of(
                        AMQP.NOT_ALLOWED,
                        "NOT_ALLOWED - connection refused for user 'joe': user connection limit (3) is reached"),
                Arguments.of(AMQP.INTERNAL_ERROR, "INTERNAL_ERROR"));
    }

    @ParameterizedTest
    @MethodSource("whatEndsWhenOthersLeave")
    void aLimitThatIsReachedMayPass(int code, String reply) {
        assertFault(
                Cure.TIME,
                "broker at h1:5672, h2:5672 accepts no connection now (" + reply + ")",
                connecting(connectionClosed(code, reply)));
    }

    @Test
    void aConnectionThatIsCutDuringLoginMayPass() {
        assertFault(
                Cure.TIME,
                "broker at h1:5672, h2:5672 is not reachable (the connection was closed during login; the broker is"
                        + " starting or stopping, or the user or the password is wrong)",
                connecting(new PossibleAuthenticationFailureException(new EOFException())));
    }

    @Test
    void theReasonOfEachNodeIsSaidIfTheyDiffer() {
        Map<BrokerUri, Exception> failures = new LinkedHashMap<>();
        failures.put(NODES.get(1), new SocketTimeoutException());
        failures.put(NODES.get(0), new ConnectException());

        assertFault(
                Cure.TIME,
                "no node of the broker is reachable (h1:5672: connection refused; h2:5672: no answer in time)",
                BrokerFaults.ofConnecting(failures));
    }

    @Test
    void aNodeThatRefusesIsSaidBeforeThoseThatAreAway() {
        Map<BrokerUri, Exception> failures = new LinkedHashMap<>();
        failures.put(NODES.get(0), new ConnectException());
        failures.put(NODES.get(1), new AuthenticationFailureException("ACCESS_REFUSED"));

        assertFault(
                Cure.PERSON,
                "broker at h2:5672 refused user 'joe': wrong user or password; check the URI in kuteng.broker",
                BrokerFaults.ofConnecting(failures));
    }

    @Test
    void causesThatFormACircleHaveAnEnd() {
        IOException one = new IOException("one");
        IOException other = new IOException("other", one);
        one.initCause(other);

        assertEquals(Cure.TIME, connecting(one).cure());
    }

    @Test
    void aCertificateThatIsNotTrustedNeedsAPerson() {
        Exception thrown = new SSLHandshakeException("PKIX path building failed");
        thrown.initCause(new CertPathBuilderException("unable to find valid certification path to requested target"));
        assertFault(
                Cure.PERSON,
                "TLS with the broker at h1:5672, h2:5672 failed: its certificate was issued by an authority that is"
                        + " not trusted; name the authority in kuteng.tls.caFile",
                connecting(thrown));
    }

    @Test
    void aHandshakeThatWasCutOffMayPass() {
        Exception thrown = new SSLHandshakeException("Remote host terminated the handshake");
        thrown.initCause(new EOFException("SSL peer shut down incorrectly"));
        assertFault(
                Cure.TIME,
                "broker at h1:5672, h2:5672 is not reachable"
                        + " (it closed the connection; does it speak AMQP 0-9-1?)",
                connecting(thrown));
    }

    @Test
    void aPortThatSpeaksNoTlsIsSaidSo() {
        assertTrue(connecting(new SSLException("Unsupported or unrecognized SSL message, plaintext connection?"))
                .getMessage()
                .contains("this port does not speak TLS; use its TLS port, or amqp:// in the URI"));
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
                Cure.CONFIGURATION,
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
                Cure.CONFIGURATION,
                "exchange 'e' exists with other arguments: type is 'topic' there, 'direct' here."
                        + " Ways out: the same arguments in the routes, or another exchange name",
                BrokerFaults.ofRequest(
                        "declare exchange 'e'",
                        channelClosed(
                                AMQP.PRECONDITION_FAILED,
                                "PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'e' in vhost 'work':"
                                        + " received 'direct' but current is 'topic'")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "access to queue 'kuteng' in vhost 'work' refused for user 'joe' | 50 | 10 | the right to configure"
                        + " for queue 'kuteng'",
                "access to queue 'kuteng' in vhost 'work' refused for user 'joe' | 60 | 20 | the right to read"
                        + " for queue 'kuteng'",
                "access to queue 'kuteng' in vhost 'work' refused for user 'joe' | 50 | 20 | a right"
                        + " for queue 'kuteng'",
                "write access to exchange 'e' in vhost 'work' refused for user 'joe' | 60 | 40 | the right to write"
                        + " for exchange 'e'",
                "read access to topic 'a.b' in exchange 'e' in vhost 'work' refused for user 'joe' | 50 | 20"
                        + " | the right to read for topic 'a.b'",
            })
    void aMissingRightIsNamedAndNeedsAPerson(String reply, int classId, int methodId, String right) {
        assertFault(
                Cure.PERSON,
                "cannot declare queue 'kuteng': user 'joe' lacks " + right + " in virtual host 'work'"
                        + " (rabbitmqctl set_permissions -p work joe CONFIGURE WRITE READ)",
                BrokerFaults.ofRequest(
                        "declare queue 'kuteng'",
                        new ShutdownSignalException(
                                false,
                                false,
                                new AMQP.Channel.Close.Builder()
                                        .replyCode(AMQP.ACCESS_REFUSED)
                                        .replyText("ACCESS_REFUSED - " + reply)
                                        .classId(classId)
                                        .methodId(methodId)
                                        .build(),
                                null)));
    }

    @Test
    void argumentsThatNoQueueCanHaveEndTheRoute() {
        BrokerException fault = BrokerFaults.ofRequest(
                "declare queue 'kuteng'",
                channelClosed(
                        AMQP.PRECONDITION_FAILED,
                        "PRECONDITION_FAILED - invalid arg 'x-max-length' for queue 'kuteng' in vhost 'work': expected"
                                + " integer"));

        assertTrue(fault.endsRoute());
        assertTrue(fault.getMessage().endsWith("; change the arguments in the route"), fault.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "404, NOT_FOUND - no queue 'kuteng'",
        "405, RESOURCE_LOCKED - exclusive access",
        "403, ACCESS_REFUSED - queue 'kuteng' in vhost 'work' in exclusive use",
        "541, INTERNAL_ERROR",
        "506, RESOURCE_ERROR",
        "406, PRECONDITION_FAILED - delivery acknowledgement on channel 1 timed out",
    })
    void whatMayPassIsTriedAgain(int code, String reply) {
        assertFault(
                Cure.TIME,
                "cannot consume from queue 'kuteng': the broker says " + reply,
                BrokerFaults.ofRequest("consume from queue 'kuteng'", channelClosed(code, reply)));
    }

    @Test
    void aConnectionThatIsLostMeanwhileMayComeBack() {
        assertFault(
                Cure.TIME,
                "cannot declare queue 'kuteng': it closed the connection; does it speak AMQP 0-9-1?",
                BrokerFaults.ofRequest("declare queue 'kuteng'", new IOException(new EOFException())));
        assertEquals(
                Cure.TIME,
                BrokerFaults.ofRequest(
                                "declare queue 'kuteng'",
                                connectionClosed(
                                        AMQP.CONNECTION_FORCED, "CONNECTION_FORCED - Node was put into maintenance"))
                        .cure());
    }

    @Test
    void whatIsExplainedAlreadyIsNotExplainedAgain() {
        BrokerException explained = new BrokerException(BrokerException.Cure.TIME, "explained", null);

        assertSame(explained, BrokerFaults.ofRequest("declare queue 'kuteng'", explained));
    }

    @Test
    void whoeverWasNotClosedByTheBrokerHasNoReply() {
        assertNull(BrokerFaults.replyText(new IOException()));
        assertEquals(0, BrokerFaults.replyCode(new IOException()));
        assertEquals(404, BrokerFaults.replyCode(new IOException(channelClosed(404, "NOT_FOUND"))));
        assertEquals(320, BrokerFaults.replyCode(connectionClosed(320, "CONNECTION_FORCED")));
    }

    /** The same with each node. */
    private static BrokerException connecting(Exception thrown) {
        return BrokerFaults.ofConnecting(NODES.stream().collect(Collectors.toMap(node -> node, node -> thrown)));
    }

    private static void assertFault(Cure cure, String message, BrokerException fault) {
        assertEquals(message, fault.getMessage());
        assertEquals(cure, fault.cure());
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
