package org.kuteng.once;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Properties;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The passwords of an H2 database, in a file beside it that only its owner can read. Whoever comes first makes them. Held
 * locked until it is closed: of several processes that start at the same time one after the other looks after the users.
 */
final class H2Passwords implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.database");

    private static final String USER = "user";
    private static final String ADMIN = "admin";
    private static final String COMMENT =
            "# Made by kuteng for the H2 database beside this file: the password of its user,"
                    + " and of its administrator.\n# Whoever can read them can change the data, and run Java as the owner.\n";

    /** As long as any key of AES. */
    private static final int BYTES = 32;

    /** The lock of a file is the process's: this is the one between its threads. */
    private static final ReentrantLock IN_PROCESS = new ReentrantLock();

    private final FileChannel channel;
    private final String ofUser;
    private final String ofAdmin;

    private H2Passwords(FileChannel channel, Properties read) {
        this.channel = channel;
        this.ofUser = read.getProperty(USER);
        this.ofAdmin = read.getProperty(ADMIN);
    }

    /** Reads them, or makes them; waits while another process holds them. */
    static H2Passwords locked(Path file) throws IOException {
        IN_PROCESS.lock();
        FileChannel channel = null;
        try {
            channel = OwnerOnly.open(file);
            lock(channel);
            if (OwnerOnly.tighten(file)) {
                LOG.warn("{} could be read by other accounts of this machine; now only by its owner", file);
            }
            Properties read = read(channel);
            if (read.getProperty(USER) == null || read.getProperty(ADMIN) == null) {
                read = make(channel);
                if (!OwnerOnly.isKept(file)) {
                    LOG.warn(
                            "{} may be readable by other accounts of this machine, since its file system keeps no"
                                    + " permissions: set kuteng.database.url to a file on another one",
                            file);
                }
            }
            return new H2Passwords(channel, read);
        } catch (IOException | RuntimeException e) {
            if (channel != null) {
                channel.close();
            }
            IN_PROCESS.unlock();
            throw e;
        }
    }

    private static void lock(FileChannel channel) {
        try {
            FileLock held = channel.lock();
            LOG.trace("locked: {}", held);
        } catch (IOException e) {
            // on some network drives; processes that start at the very same time may then have to start again
            LOG.debug("the file of the passwords cannot be locked", e);
        }
    }

    private static Properties read(FileChannel channel) throws IOException {
        Properties properties = new Properties();
        properties.load(Channels.newInputStream(channel.position(0)));
        return properties;
    }

    /** What an earlier process did not get written is written over. */
    private static Properties make(FileChannel channel) throws IOException {
        Properties made = new Properties();
        made.setProperty(USER, random());
        made.setProperty(ADMIN, random());
        String text =
                COMMENT + USER + "=" + made.getProperty(USER) + "\n" + ADMIN + "=" + made.getProperty(ADMIN) + "\n";
        channel.truncate(0);
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        for (long at = 0; bytes.hasRemaining(); ) {
            at += channel.write(bytes, at);
        }
        channel.force(true);
        return made;
    }

    private static String random() {
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Of the user that works. */
    String ofUser() {
        return ofUser;
    }

    /** Of the one that made the database, and that makes users. */
    String ofAdmin() {
        return ofAdmin;
    }

    /** Lets the next process in. */
    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            IN_PROCESS.unlock();
        }
    }
}
