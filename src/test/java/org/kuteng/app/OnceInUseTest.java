package org.kuteng.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Map;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.camel.CamelContext;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kuteng.once.OnceSwitch;
import org.kuteng.once.TransactionSends;
import org.kuteng.once.TransactionSteps;

class OnceInUseTest {
    private final MBeanServer jmx = ManagementFactory.getPlatformMBeanServer();

    @Test
    void jmxShowsHowManyMessagesWereSkippedUntilTheEnd() throws Exception {
        ObjectName name = new ObjectName(OnceSwitch.OBJECT_NAME);
        OnceInUse once = once("memory");

        once.bindTo(new Main());

        assertEquals(0L, jmx.getAttribute(name, "Skipped"));
        once.close();
        assertFalse(jmx.isRegistered(name));
    }

    @Test
    void withoutTheSwitchThereIsNothingToShow() throws Exception {
        OnceInUse once = once("off");

        once.bindTo(new Main());
        once.close();

        assertFalse(jmx.isRegistered(new ObjectName(OnceSwitch.OBJECT_NAME)));
    }

    @Test
    void twoProgramsInOneJvmDoNotDisturbEachOther() throws Exception {
        ObjectName name = new ObjectName(OnceSwitch.OBJECT_NAME);
        OnceInUse first = once("memory");
        OnceInUse second = once("memory");

        first.bindTo(new Main());
        second.bindTo(new Main());

        assertTrue(jmx.isRegistered(name));
        first.close();
        second.close();
        assertFalse(jmx.isRegistered(name));
    }

    @Test
    void withADatabaseEveryStepAndEverySendIsWatched(@TempDir Path folder) throws Exception {
        Settings settings = Settings.load(Settings.Sources.ofProcess(
                null,
                Map.of(Setting.ONCE.key(), "jdbc", Setting.DATABASE_URL.key(), "jdbc:h2:" + folder.resolve("kuteng"))));
        Main main = new Main();
        KutengCamel.setUp(main, settings);
        try (OnceInUse once = OnceInUse.from(settings)) {
            once.bindTo(main);
            main.init();
            CamelContext context = main.getCamelContext();

            assertTrue(context.getCamelContextExtension().getInterceptStrategies().stream()
                    .anyMatch(TransactionSteps.class::isInstance));
            assertTrue(context.getManagementStrategy().getEventNotifiers().stream()
                    .anyMatch(TransactionSends.class::isInstance));
        } finally {
            main.stop();
        }
    }

    private static OnceInUse once(String mode) {
        return OnceInUse.from(Settings.load(Settings.Sources.ofProcess(null, Map.of(Setting.ONCE.key(), mode))));
    }
}
