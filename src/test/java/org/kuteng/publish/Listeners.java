package org.kuteng.publish;

import com.rabbitmq.client.ShutdownListener;
import com.rabbitmq.client.ShutdownSignalException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;

/** Those who are told of the end of a connection or channel, once each, as the client library does it. */
final class Listeners {
    private final List<ShutdownListener> listeners = new ArrayList<>();
    private volatile ShutdownSignalException end;

    boolean isEnded() {
        return end != null;
    }

    ShutdownSignalException end() {
        return end;
    }

    void end(ShutdownSignalException cause) {
        List<ShutdownListener> told;
        synchronized (listeners) {
            if (end != null) {
                return;
            }
            end = cause;
            told = List.copyOf(listeners);
        }
        told.forEach(listener -> listener.shutdownCompleted(cause));
    }

    /** One that comes too late is told at once. */
    Object add(ShutdownListener listener) {
        synchronized (listeners) {
            if (end == null) {
                listeners.add(listener);
                return null;
            }
        }
        listener.shutdownCompleted(end);
        return null;
    }

    interface Call {
        Object answer(String method, Object[] arguments) throws Exception;
    }

    static <T> T proxy(Class<T> type, Call call) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> switch (method.getName()) {
                    case "toString" -> "fake " + type.getSimpleName();
                    case "hashCode" -> System.identityHashCode(self);
                    case "equals" -> self == arguments[0];
                    default -> call.answer(method.getName(), arguments);
                }));
    }
}
