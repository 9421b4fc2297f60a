package org.kuteng.start;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The archive of classes that the launcher makes in the background of the first run after a build. */
final class Archive {
    private static final int PATIENCE_SECONDS = 120;

    private Archive() {}

    /**
     * Makes sure that it is there: what is measured is what comes after.
     *
     * @param run the launcher, with routes that receive a message
     */
    static void awaitMade(FirstMessage.Program run) throws IOException, InterruptedException {
        FirstMessage.of(run);
        for (int second = 0; second < PATIENCE_SECONDS && isBeingMade(); second++) {
            Thread.sleep(1000);
        }
    }

    private static boolean isBeingMade() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("target"))) {
            return files.anyMatch(file -> file.toString().endsWith(".archive.lock"));
        }
    }
}
