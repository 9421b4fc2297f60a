package org.kuteng.once;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KeyExpressionTest {
    private final DefaultCamelContext context = new DefaultCamelContext();
    private final Exchange exchange = new DefaultExchange(context);

    @BeforeEach
    void start() {
        context.start();
        exchange.getMessage().setHeader("order", "o1");
        exchange.getMessage().setHeader("line", 2);
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    private String key(String text) {
        return KeyExpression.of(context, text).evaluate(exchange, null);
    }

    @Test
    void aHeaderIsAKey() {
        assertEquals("o1", key("${header.order}"));
    }

    @Test
    void severalPartsMakeOneKey() {
        assertEquals("order o1/2", key("order ${header.order}/${header.line}"));
    }

    @Test
    void onePartThatIsMissingLeavesNoKey() {
        assertNull(key("${header.order}/${header.nix}"));
        assertNull(key("order ${header.nix}"));
    }

    @Test
    void functionsMayContainOthers() {
        exchange.getMessage().setHeader("name", "order");
        assertEquals("o1", key("${header.${header.name}}"));
    }

    @Test
    void aTextWithoutAnExpressionIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> KeyExpression.of(context, "orderId"));
    }

    @Test
    void anExpressionThatCannotBeReadIsRefusedWithIt() {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> KeyExpression.of(context, "${haeder.order}"));
        assertTrue(refused.getMessage().startsWith("arg.once is '${haeder.order}': "), refused.getMessage());
    }
}
