package org.kuteng.rabbitmq;

import org.apache.camel.CamelContext;
import org.apache.camel.Channel;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Ordered;
import org.apache.camel.impl.engine.CamelInternalProcessor.StreamCachingAdvice;
import org.apache.camel.impl.engine.DefaultChannel;
import org.apache.camel.processor.DefaultInternalProcessorFactory;
import org.apache.camel.spi.CamelInternalProcessorAdvice;
import org.apache.camel.spi.InternalProcessorFactory;
import org.apache.camel.support.PluginHelper;

/**
 * Lets the text of a message stay unread until a step asks for it. Camel's stream caching looks at the body before and
 * after each step, in case it is a stream; a text that nobody has asked for is none.
 */
public final class UnreadBodies extends DefaultInternalProcessorFactory {

    /** To be called before the routes of the context are created. A factory of the user's own is left alone. */
    public static void setUp(CamelContext context) {
        if (PluginHelper.getInternalProcessorFactory(context).getClass() == DefaultInternalProcessorFactory.class) {
            context.getCamelContextExtension().addContextPlugin(InternalProcessorFactory.class, new UnreadBodies());
        }
    }

    @Override
    public Channel createChannel(CamelContext context) {
        return new DefaultChannel(context) {
            @Override
            public void addAdvice(CamelInternalProcessorAdvice<?> advice) {
                super.addAdvice(advice instanceof StreamCachingAdvice caching ? new CachingOfRead(caching) : advice);
            }
        };
    }

    private record CachingOfRead(StreamCachingAdvice caching) implements CamelInternalProcessorAdvice<Object>, Ordered {
        @Override
        public Object before(Exchange exchange) throws Exception {
            return isUnread(exchange.getIn()) ? null : caching.before(exchange);
        }

        @Override
        public void after(Exchange exchange, Object data) throws Exception {
            if (!isUnread(exchange.getMessage())) {
                caching.after(exchange, data);
            }
        }

        private static boolean isUnread(Message message) {
            return message instanceof WorkMessage work && work.isUnread();
        }

        @Override
        public boolean hasState() {
            return caching.hasState();
        }

        @Override
        public int getOrder() {
            return caching.getOrder();
        }
    }
}
