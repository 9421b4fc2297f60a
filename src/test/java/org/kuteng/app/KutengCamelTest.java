package org.kuteng.app;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.Map;
import org.apache.camel.main.Main;
import org.apache.camel.support.PluginHelper;
import org.junit.jupiter.api.Test;
import org.kuteng.rabbitmq.UnreadBodies;

class KutengCamelTest {
    @Test
    void theStepsOfRoutesLeaveATextUnread() throws Exception {
        Main main = new Main();
        KutengCamel.setUp(main, Settings.load(Settings.Sources.ofProcess(null, Map.of())));
        try {
            main.init();

            assertInstanceOf(UnreadBodies.class, PluginHelper.getInternalProcessorFactory(main.getCamelContext()));
        } finally {
            main.stop();
        }
    }
}
