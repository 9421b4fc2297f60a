package org.kuteng.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.spi.DataType;
import org.apache.camel.support.DefaultMessage;
import org.apache.camel.support.ExchangeHelper;
import org.kuteng.work.Delivery;

/**
 * A message as a route sees it. Its headers are made when somebody asks for one, and the text of its body when somebody
 * asks for that: many routes need one of them, or pass the message on as it is.
 */
final class WorkMessage extends DefaultMessage {
    private final MessageMapping mapping;

    /** Null once its exchange is over. */
    private Delivery delivery;

    /** In which the body of the delivery is text; null if the body is no text, or another one was set. */
    private Charset charset;

    /** Whether the text has been made. */
    private boolean read;

    WorkMessage(Exchange exchange, MessageMapping mapping, Delivery delivery) {
        super(exchange);
        this.mapping = mapping;
        this.delivery = delivery;
    }

    /** The properties with which it arrived, if no step has asked for a header or set one; else null. */
    BasicProperties untouched() {
        Delivery from = delivery;
        return from == null || hasPopulatedHeaders() ? null : from.properties();
    }

    /** Its body is the text that the delivery is in this charset. */
    void setText(Charset of) {
        setBody(null);
        charset = of;
        if (getCamelContext().isUseDataType()) {
            setDataType(new DataType(String.class));
        }
    }

    /** Whether its body is a text that nobody has asked for yet. */
    boolean isUnread() {
        return charset != null && !read;
    }

    /**
     * The text in bytes, without making it.
     *
     * @param wanted the charset of the bytes
     * @return null if they cannot be had without it: somebody has asked for the text, or it would be written otherwise
     */
    byte[] unreadBytes(Charset wanted) {
        Delivery from = delivery;
        boolean same = from != null && isUnread() && wanted.equals(charset) && wanted.equals(StandardCharsets.UTF_8);
        return same ? from.utf8() : null;
    }

    @Override
    protected Object createBody() {
        Delivery from = delivery;
        Charset of = charset;
        if (from == null || of == null) {
            return null;
        }
        // two threads that ask at once both get it
        String text = from.text(of);
        read = true;
        return text;
    }

    @Override
    public <T> T getBody(Class<T> type) {
        T unread = unread(type);
        return unread == null ? super.getBody(type) : unread;
    }

    @Override
    public <T> T getMandatoryBody(Class<T> type) throws InvalidPayloadException {
        T unread = unread(type);
        return unread == null ? super.getMandatoryBody(type) : unread;
    }

    /** What Camel would make of the text, made of the bytes; null if it has to be made of the text. */
    private <T> T unread(Class<T> type) {
        if (!isUnread() || type != byte[].class && type != InputStream.class) {
            return null;
        }
        byte[] bytes = unreadBytes(ExchangeHelper.getCharset(getExchange()));
        if (bytes == null) {
            return null;
        }
        // a step may write into an array that it gets, and the delivery's own may have to be sent once more
        return type.cast(type == byte[].class ? bytes.clone() : new ByteArrayInputStream(bytes));
    }

    @Override
    public void setBody(Object body) {
        charset = null;
        super.setBody(body);
    }

    @Override
    public void setBody(Object body, DataType type) {
        charset = null;
        super.setBody(body, type);
    }

    @Override
    protected boolean isPopulateHeadersSupported() {
        return true;
    }

    @Override
    protected void populateInitialHeaders(Map<String, Object> headers) {
        if (delivery != null) {
            mapping.readHeaders(delivery, getExchange(), headers);
        }
    }

    @Override
    public void reset() {
        delivery = null;
        charset = null;
        super.reset();
    }
}
