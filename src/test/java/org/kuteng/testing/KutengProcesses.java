package org.kuteng.testing;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Starts the program in a test, ends it with the test, and shows its output when the test has failed:
 * {@code @RegisterExtension final KutengProcesses kuteng = new KutengProcesses();}
 */
public final class KutengProcesses implements AfterEachCallback {
    private final List<KutengProcess> processes = new CopyOnWriteArrayList<>();
    private final Thread atEndOfJvm = new Thread(this::killAll, "kills what tests left");

    public KutengProcesses() {
        Runtime.getRuntime().addShutdownHook(atEndOfJvm);
    }

    /** Nothing runs before {@link KutengCommand#start()}. */
    public KutengCommand command(String... arguments) {
        return new KutengCommand(List.of(arguments), processes::add);
    }

    @Override
    public void afterEach(ExtensionContext test) {
        killAll();
        if (test.getExecutionException().isPresent()) {
            processes.forEach(System.out::println);
        }
        processes.clear();
        Runtime.getRuntime().removeShutdownHook(atEndOfJvm);
    }

    /** For a test that cleans up where they would go on: a worker declares a deleted queue again. */
    public void killAll() {
        processes.forEach(process -> {
            process.sigkill();
            process.awaitExit();
        });
    }
}
