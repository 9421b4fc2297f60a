package org.kuteng.broker;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The folder of a broker that keeps its messages on disk, held by one process at a time. The lock is the operating
 * system's, so that a killed process leaves none behind.
 */
final class StoreFolder {

    private static final String LOCK_FILE = "kuteng.lock";

    private final FileChannel lock;

    private StoreFolder(FileChannel lock) {
        this.lock = lock;
    }

    /**
     * Makes the folder when it is missing, and takes it for this process.
     *
     * @throws EmbeddedBrokerException when it cannot be made or written, or when another process holds it
     */
    static StoreFolder claim(Path folder) {
        FileChannel channel = open(folder);
        try {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw inUse(folder, null);
            }
            return new StoreFolder(channel);
        } catch (OverlappingFileLockException e) {
            close(channel);
            throw inUse(folder, e);
        } catch (IOException e) {
            close(channel);
            throw unusable(folder, e);
        } catch (EmbeddedBrokerException e) {
            close(channel);
            throw e;
        }
    }

    /** Gives the folder back. Calling it again does nothing. */
    void release() {
        close(lock);
    }

    private static FileChannel open(Path folder) {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new EmbeddedBrokerException(
                    "store folder " + folder + " is a file: name a folder, or a new one to be made", null);
        }
        try {
            Files.createDirectories(folder);
            return FileChannel.open(folder.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw unusable(folder, e);
        }
    }

    private static EmbeddedBrokerException inUse(Path folder, Throwable cause) {
        return new EmbeddedBrokerException(
                "store folder " + folder + " is in use by another kuteng: stop that one, or name another folder",
                cause);
    }

    private static EmbeddedBrokerException unusable(Path folder, IOException cause) {
        return new EmbeddedBrokerException(
                "store folder " + folder + " is not writable: give this user the right to write it, or name another"
                        + " folder",
                cause);
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException ignored) {
            // nothing was written to it
        }
    }
}
