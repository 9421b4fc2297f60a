package org.kuteng.work.steps;

import java.io.Closeable;
import java.io.IOException;
import java.util.Iterator;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.support.ObjectHelper;
import org.apache.camel.util.IOHelper;

/**
 * Evaluates to the parts of a {@code split}, as the user's expression does. An Error of what gives the parts is made an
 * exception: Camel lets an Error through where no step is left that it could end at, and the split never ends.
 */
final class SoundParts implements Expression {
    private final Expression users;
    private final String delimiter;

    /** @param delimiter between the parts of a string; null: a string is one part */
    SoundParts(Expression users, String delimiter) {
        this.users = users;
        this.delimiter = delimiter;
    }

    @Override
    public void init(CamelContext context) {
        users.init(context);
    }

    @Override
    public <T> T evaluate(Exchange exchange, Class<T> type) {
        if (type != Object.class) {
            return users.evaluate(exchange, type);
        }
        Object value = users.evaluate(exchange, Object.class);
        return type.cast(new Parts(value, ObjectHelper.createIterator(value, delimiter)));
    }

    @Override
    public String toString() {
        return users.toString();
    }

    private record Parts(Object value, Iterator<?> users) implements Iterator<Object>, Closeable {
        @Override
        public boolean hasNext() {
            try {
                return users.hasNext();
            } catch (Error e) {
                throw new RuntimeCamelException(e);
            }
        }

        @Override
        public Object next() {
            try {
                return users.next();
            } catch (Error e) {
                throw new RuntimeCamelException(e);
            }
        }

        /** Camel ends the split only if this throws nothing else. */
        @Override
        public void close() throws IOException {
            try {
                IOHelper.closeIterator(value);
            } catch (RuntimeException | Error e) {
                throw new IOException(e);
            }
        }
    }
}
