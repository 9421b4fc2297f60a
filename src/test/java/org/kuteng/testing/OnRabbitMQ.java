package org.kuteng.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The tests of this class get a real RabbitMQ as their parameter of type {@link TestBroker}, or are skipped (see
 * {@link TestBrokers}). All classes share one broker: name queues after the test.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag(OnRabbitMQ.TAG)
@ExtendWith(BrokerExtension.class)
public @interface OnRabbitMQ {
    /** For {@code -DexcludedGroups=rabbitmq}. */
    String TAG = "rabbitmq";

    /**
     * A further tag of what has to hold on each version of RabbitMQ: CI runs these once more on RabbitMQ 4
     * ({@code -Dgroups=rabbitmq-any-version -Dkuteng.test.rabbitmq=FOLDER}).
     */
    String ANY_VERSION = "rabbitmq-any-version";

    /** A broker of its own for this class, which its tests may kill. */
    boolean killable() default false;
}
