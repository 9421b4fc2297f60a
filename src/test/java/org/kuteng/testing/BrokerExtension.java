package org.kuteng.testing;

import java.lang.annotation.Annotation;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/** Hands out the broker that {@link OnRabbitMQ} or {@link OnEmbeddedBroker} asks for. */
class BrokerExtension implements BeforeEachCallback, ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(BrokerExtension.class);

    /** Here, since an assumption that fails while a parameter is resolved would count as an error. */
    @Override
    public void beforeEach(ExtensionContext test) {
        broker(test);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
        return parameter.getParameter().getType() == TestBroker.class
                && test.getTestMethod().isPresent();
    }

    @Override
    public TestBroker resolveParameter(ParameterContext parameter, ExtensionContext test) {
        return broker(test);
    }

    private static TestBroker broker(ExtensionContext test) {
        Optional<OnRabbitMQ> onRabbitMQ = annotation(test, OnRabbitMQ.class);
        if (onRabbitMQ.isPresent() && !onRabbitMQ.get().killable()) {
            return TestBrokers.sharedRabbitMQ();
        }
        if (onRabbitMQ.isPresent()) {
            return ofClass(test, TestBrokers::killableRabbitMQ);
        }
        boolean onDisk = annotation(test, OnEmbeddedBroker.class).orElseThrow().onDisk();
        return ofClass(test, onDisk ? TestBrokers::embeddedOnDisk : TestBrokers::embedded);
    }

    private static <A extends Annotation> Optional<A> annotation(ExtensionContext test, Class<A> type) {
        return AnnotationSupport.findAnnotation(test.getRequiredTestClass(), type);
    }

    /** JUnit closes what lies in the store of the class at the class's end. */
    private static TestBroker ofClass(ExtensionContext test, Supplier<TestBroker> start) {
        ExtensionContext ofClass = test.getParent().orElseThrow();
        return ofClass.getStore(NAMESPACE).getOrComputeIfAbsent("broker", key -> start.get(), TestBroker.class);
    }
}
