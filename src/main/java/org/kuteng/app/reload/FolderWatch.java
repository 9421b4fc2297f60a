package org.kuteng.app.reload;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a folder looked at soon after something stirs in it. What stirs is no concern of it: editors rename, delete and
 * create as they like, and whoever looks compares what is there. It is looked at now and then in any case, since not
 * every file system tells, and a folder may go and come.
 */
final class FolderWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.reload");

    /** Without a word from the file system a change is found after this time. */
    static final Duration LOOK_INTERVAL = Duration.ofSeconds(2);

    private final Path folder;
    private final Runnable look;
    private final WatchService service;
    private final Thread thread = new Thread(this::run, "kuteng-reload");
    private WatchKey key;

    /** Tells the folder from another one of the same name; null if the file system does not. */
    private Object watched;

    private volatile boolean closed;

    /**
     * Begins to watch.
     *
     * @param folder need not be there
     * @param look called on one thread, never twice at a time
     */
    FolderWatch(Path folder, Runnable look) {
        this.folder = folder;
        this.look = look;
        this.service = open();
        register();
        thread.setDaemon(true);
        thread.start();
    }

    private static WatchService open() {
        try {
            return FileSystems.getDefault().newWatchService();
        } catch (IOException e) {
            LOG.warn(
                    "changed files are found every {} s only, since the system does not tell of them: {}",
                    LOOK_INTERVAL.toSeconds(),
                    e.getMessage());
            return null;
        }
    }

    private void register() {
        if (service == null) {
            return;
        }
        try {
            // a folder that was moved away is still told of; another one may have taken its place
            Object now = Files.readAttributes(folder, BasicFileAttributes.class).fileKey();
            if (key != null && key.isValid() && Objects.equals(now, watched)) {
                return;
            }
            if (key != null) {
                key.cancel();
            }
            watched = now;
            key = folder.register(
                    service,
                    StandardWatchEventKinds.ENTRY_CREATE,
                    StandardWatchEventKinds.ENTRY_MODIFY,
                    StandardWatchEventKinds.ENTRY_DELETE);
        } catch (IOException e) {
            LOG.debug("not told of changes in {}", folder, e);
        }
    }

    private void run() {
        try {
            // what was changed before anybody watched
            lookSafely();
            while (!closed) {
                if (stirs(LOOK_INTERVAL.toNanos())) {
                    settle();
                }
                lookSafely();
                register();
            }
        } catch (InterruptedException | ClosedWatchServiceException e) {
            LOG.debug("no longer watching", e);
        }
    }

    private void settle() throws InterruptedException {
        Settling settling = new Settling(System.nanoTime());
        long left = settling.nanosLeft(System.nanoTime());
        while (left > 0) {
            if (stirs(left)) {
                settling.stir(System.nanoTime());
            }
            left = settling.nanosLeft(System.nanoTime());
        }
    }

    private void lookSafely() {
        try {
            look.run();
        } catch (RuntimeException e) {
            LOG.error("route files could not be looked at: {}", e.toString(), e);
        }
    }

    /** Whether something stirs within a time. */
    private boolean stirs(long nanos) throws InterruptedException {
        if (service == null) {
            TimeUnit.NANOSECONDS.sleep(nanos);
            return false;
        }
        WatchKey told = service.poll(nanos, TimeUnit.NANOSECONDS);
        if (told == null) {
            return false;
        }
        told.pollEvents();
        told.reset();
        return true;
    }

    /** Nothing is looked at from now on, but for what is being looked at now. */
    @Override
    public void close() {
        closed = true;
        try {
            if (service != null) {
                service.close();
            } else {
                thread.interrupt();
            }
        } catch (IOException e) {
            LOG.debug("not closed", e);
        }
    }

    /** Waits until what is being looked at now has been looked at. */
    void awaitEnd(Duration patience) {
        try {
            // zero would mean: for ever
            thread.join(Math.max(1, patience.toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
