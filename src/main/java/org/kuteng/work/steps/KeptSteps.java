package org.kuteng.work.steps;

import java.util.function.Consumer;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExtendedCamelContext;
import org.apache.camel.spi.ProcessorFactory;
import org.apache.camel.spi.UnitOfWorkFactory;
import org.apache.camel.support.PluginHelper;

/** Lets a message stay in hand until all that came of it is done, whatever steps keep it beyond the end of its route. */
public final class KeptSteps {
    private KeptSteps() {}

    /**
     * To be called before the routes of the context are created.
     *
     * @param failures told of each exchange that fails and that belongs to no message in hand
     */
    public static void setUp(CamelContext context, Consumer<Exchange> failures) {
        ExtendedCamelContext extended = context.getCamelContextExtension();
        if (extended.getContextPlugin(UnitOfWorkFactory.class) instanceof HeldUnits) {
            return;
        }
        context.getRegistry().bind("seda", new KeptSeda());
        extended.addContextPlugin(
                UnitOfWorkFactory.class, new HeldUnits(PluginHelper.getUnitOfWorkFactory(context), failures));
        extended.addContextPlugin(
                ProcessorFactory.class, new KeptProcessors(PluginHelper.getProcessorFactory(context)));
        extended.addInterceptStrategy(new HandingOnSteps());
    }
}
