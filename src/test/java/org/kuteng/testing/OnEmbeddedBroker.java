package org.kuteng.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/** The tests of this class get the embedded broker, one for the class, as their parameter of type {@link TestBroker}. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(BrokerExtension.class)
public @interface OnEmbeddedBroker {
    /** Kept on disk, so that durable messages survive a restart of the broker. */
    boolean onDisk() default false;
}
