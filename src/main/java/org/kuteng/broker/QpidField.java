package org.kuteng.broker;

import java.lang.reflect.Field;

/** A private field of Qpid's, where Qpid has no other way in. */
final class QpidField {
    private final Field field;

    /** @throws IllegalStateException if this version of Qpid does not have it: found out when the broker is started */
    QpidField(Class<?> declaring, String name) {
        try {
            field = declaring.getDeclaredField(name);
            field.setAccessible(true);
        } catch (ReflectiveOperationException e) {
            throw otherQpid(e);
        }
    }

    Object get(Object of) {
        try {
            return field.get(of);
        } catch (IllegalAccessException e) {
            throw otherQpid(e);
        }
    }

    void set(Object of, Object value) {
        try {
            field.set(of, value);
        } catch (IllegalAccessException e) {
            throw otherQpid(e);
        }
    }

    private static IllegalStateException otherQpid(ReflectiveOperationException e) {
        return new IllegalStateException("this is not the Qpid that kuteng was made for: " + e, e);
    }
}
