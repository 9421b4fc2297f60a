package org.kuteng.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BrokerUriTest {

    @ParameterizedTest
    @CsvSource({
        // URI, TLS, host, port, user, password, virtual host
        "amqp://rabbit.example, false, rabbit.example, 5672, guest, guest, /",
        "AMQP://rabbit.example, false, rabbit.example, 5672, guest, guest, /",
        "amqps://rabbit.example, true, rabbit.example, 5671, guest, guest, /",
        "amqps://rabbit.example:5672, true, rabbit.example, 5672, guest, guest, /",
        "amqp://u:p@h:1/v, false, h, 1, u, p, v",
        "amqp://u@h, false, h, 5672, u, guest, /",
        "amqp://u:@h, false, h, 5672, u, '', /",
        "amqp://u:p@, false, localhost, 5672, u, p, /",
        "amqp://u:p@/v, false, localhost, 5672, u, p, v",
        "amqp:///v, false, localhost, 5672, guest, guest, v",
        "amqp://h:/v, false, h, 5672, guest, guest, v",
        "amqp://my_rabbit:5673/v, false, my_rabbit, 5673, guest, guest, v",
        "amqp://u:p@[::1]:5673/v, false, [::1], 5673, u, p, v",
        "amqp://[fe80::1], false, [fe80::1], 5672, guest, guest, /",
        "amqp://127.0.0.1, false, 127.0.0.1, 5672, guest, guest, /",
    })
    void eachPartHasItsPlaceAndItsDefault(
            String uri, boolean tls, String host, int port, String user, String password, String virtualHost) {
        assertEquals(new BrokerUri(tls, host, port, user, password, virtualHost), BrokerUri.parse(uri));
    }

    @ParameterizedTest
    @ValueSource(strings = {"amqp://h", "amqp://h/", "amqp://h/%2F", "amqp://h/%2f"})
    void noPathAndAnEmptyPathBothMeanTheVirtualHostSlash(String uri) {
        assertEquals("/", BrokerUri.parse(uri).virtualHost());
    }

    @Test
    void specialCharactersAreWrittenWithAPercentSignAndAPlusIsAPlus() {
        BrokerUri uri = BrokerUri.parse("amqp://a%40b%2Fc:p%3A%40%2F+%20x@h/v%2Fw+%C3%A9");

        assertEquals("a@b/c", uri.user());
        assertEquals("p:@/+ x", uri.password());
        assertEquals("v/w+é", uri.virtualHost());
    }

    @Test
    void aPasswordMayHoldAColonOrAComma() {
        assertEquals("p:q,r", BrokerUri.parse("amqp://u:p:q,r@h").password());
        assertEquals(
                List.of("p,q", "p,q"),
                BrokerUri.parseList("amqp://u:p,q@h1,amqp://u:p,q@h2").stream()
                        .map(BrokerUri::password)
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "amqp://u:p@h1/v,amqp://u:p@h2:5673/v",
                " amqp://u:p@h1/v , amqp://u:p@h2:5673/v ",
                "amqp://u:p@h1/v,,amqp://u:p@h2:5673/v,",
            })
    void severalNodesAreSeparatedByCommas(String uris) {
        assertEquals(
                List.of("h1:5672", "h2:5673"),
                BrokerUri.parseList(uris).stream().map(BrokerUri::address).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", ",", " , "})
    void aListOfNoNodeIsRefused(String uris) {
        assertEquals("it names no broker (amqp://user:password@host:port/vhost)", refusal(uris));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "amqp://u:secret@h1/v,amqps://u:secret@h2/v",
                "amqp://u:secret@h1/v,amqp://x:secret@h2/v",
                "amqp://u:secret@h1/v,amqp://u:other-secret@h2/v",
                "amqp://u:secret@h1/v,amqp://u:secret@h2/w",
            })
    void theNodesOfOneClusterDoNotDiffer(String uris) {
        assertTrue(
                refusal(uris)
                        .startsWith("the nodes of one cluster need the same scheme, user, password and virtual"
                                + " host, but amqp"),
                refusal(uris));
        assertNoSecret(refusal(uris));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://u:secret@h | 'http://u:***@h' does not begin with amqp:// or amqps://",
                "amqp:h | 'amqp:h' does not begin with amqp:// or amqps://",
                "amqp:/h | 'amqp:/h' does not begin with amqp:// or amqps://",
                "u:secret@h:5672 | 'u:***@h:5672' does not begin with amqp:// or amqps://",
                "amqp://u:secret@h?x=1 | 'amqp://u:***@h?x=1' has a query or fragment, which kuteng does not know",
                "amqp://u:se#cret@h | 'amqp://u:***@h' has a query or fragment, which kuteng does not know",
                "amqp://u:secret@h/a/b | 'amqp://u:***@h/a/b' has more than one path segment:"
                        + " a virtual host named 'a/b' is written 'a%2Fb'",
                "amqp://u:se/cret@h/v | 'amqp://u:***@h/v' has no valid host and port (special characters in user or"
                        + " password are written %40 for @, %2F for /)",
                "amqp://u:se@cret@h/v | 'amqp://u:***@h/v' has no valid host and port (special characters in user or"
                        + " password are written %40 for @, %2F for /)",
                "amqp://u:secret@h:x/v | 'amqp://u:***@h:x/v' has no valid host and port (special characters in user"
                        + " or password are written %40 for @, %2F for /)",
                "amqp://u:secret | 'amqp://u:***' has no valid host and port (special characters in user or password"
                        + " are written %40 for @, %2F for /)",
                "amqp://u:secret@h:65536 | 'amqp://u:***@h:65536' has port 65536, which is not between 1 and 65535",
                "amqp://u:secret@h:0 | 'amqp://u:***@h:0' has port 0, which is not between 1 and 65535",
                "amqp://h:99999999999 | 'amqp://h:99999999999' has port 99999999999, which is not between 1 and 65535",
            })
    void whatIsWrongIsSaidWithoutThePassword(String uri, String message) {
        assertEquals(message, refusal(uri));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "amqp://u:secret %@h",
                "amqp://u:se secret@h",
                "amqp://u:%zzsecret@h",
                "amqp://u:secret^@h",
                "amqp://u@x:secret@h",
                "amqp://u:secret,secret@h h",
                "amqp://u:secret@h,h2:5672",
                "amqp://u:secret@h,u:secret@h2",
                "ampq://u:secret@h",
                "//u:secret@h",
                "amqp://u:secret@h:-1",
                "amqp://:secret@h:x",
            })
    void noErrorMessageHoldsThePassword(String uri) {
        assertNoSecret(refusal(uri));
    }

    @Test
    void asTextItHasNoPassword() {
        assertEquals(
                "amqps://a%40b:***@h:5671/%2F",
                BrokerUri.parse("amqps://a%40b:secret@h").toString());
        assertEquals(
                "amqp://guest:***@h:5672/a%2Fb",
                BrokerUri.parse("amqp://h/a%2Fb").toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "no URI at all, user@example.com | no URI at all, user@example.com",
                "to amqp://u:secret@h:5672/v failed | to amqp://u:***@h:5672/v failed",
                "to AMQPS://u:secret@h failed | to AMQPS://u:***@h failed",
                "amqp://u:sec@ret@h | amqp://u:***@h",
                "amqp://u:sec,ret@h | amqp://u:***@h",
                "amqp://u:sec/ret@h/v | amqp://u:***@h/v",
                "amqp://us@er:secret@h | amqp://us@er:***@h",
                "amqp://:secret@h | amqp://:***@h",
                "amqp://u:secret@h1,amqp://u:secret@h2 | amqp://u:***@h1,amqp://u:***@h2",
                "amqp://u:secret@h1, amqp://u:secret@h2 | amqp://u:***@h1, amqp://u:***@h2",
                "amqp://u:***@h | amqp://u:***@h",
                "amqp://h:5672/v | amqp://h:5672/v",
                "amqp://u:secret@[::1]:5672 | amqp://u:***@[::1]:5672",
            })
    void passwordsInATextAreMasked(String text, String masked) {
        assertEquals(masked, BrokerUri.masked(text));
        assertEquals(masked, BrokerUri.maskedValue(text));
    }

    private static String refusal(String uris) {
        return assertThrows(IllegalArgumentException.class, () -> BrokerUri.parseList(uris))
                .getMessage();
    }

    private static void assertNoSecret(String text) {
        assertFalse(text.contains("secret"), text);
    }
}
