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

    /**
     * So much has to be free on the disk of a store, in bytes: what its clean-up takes before it gives anything back. The
     * library's own default is 5 GB.
     */
    static final long FREE_DISK = 256L << 20;

    private static final int MEGABYTE = 20; // as a shift

    /** Why a store does not write, while it runs. */
    static final String TOO_LITTLE_DISK = "the disk of its store has less than " + (FREE_DISK >> MEGABYTE)
            + " MB left, and nothing is written until there is room again";

    private final FileChannel lock;

    private StoreFolder(FileChannel lock) {
        this.lock = lock;
    }

    /**
     * Makes the folder when it is missing, and takes it for this process.
     *
     * @throws EmbeddedBrokerException when it cannot be made or written, when another process holds it, or when its disk
     *     has less than {@value #FREE_DISK} bytes to spare
     */
    static StoreFolder claim(Path folder) {
        return claim(folder, FREE_DISK);
    }

    static StoreFolder claim(Path folder, long neededBytes) {
        FileChannel channel = open(folder);
        try {
            long free = Files.getFileStore(folder).getUsableSpace();
            if (free < neededBytes) {
                throw new EmbeddedBrokerException(
                        "store folder " + folder + " has " + (free >> MEGABYTE) + " MB left on its disk and needs "
                                + (neededBytes >> MEGABYTE) + " MB: make room, or name another folder",
                        null);
            }
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
