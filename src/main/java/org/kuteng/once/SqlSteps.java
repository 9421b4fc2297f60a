package org.kuteng.once;

import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.TypeConverter;

/** Makes Camel's {@code sql:} steps quicker. */
public final class SqlSteps {
    private SqlSteps() {}

    /**
     * For each parameter such a step asks twice whether the body is a map, in a way that makes Camel look through all of
     * its converters again each time: a third of the processor's time at 500 messages a second. Asked in the other way
     * once, it remembers that a text is none.
     */
    public static void prepare(CamelContext context) {
        TypeConverter converter = context.getTypeConverter();
        converter.convertTo(Map.class, "");
        converter.convertTo(Map.class, new byte[0]);
    }
}
