package org.kuteng.once;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;

/**
 * The file system through which H2 makes its files, so that each is for its owner only from the start: the database, and
 * the lock file, which tells every process that may read it where the server is and with which key it answers. H2 makes
 * instances of it by itself.
 */
public final class OwnerOnlyFiles extends FilePathWrapper {
    /** What the path of a database begins with, to have its files made here. */
    static final String SCHEME = "owneronly";

    /** H2 makes a path of each name by itself. */
    public OwnerOnlyFiles() {
        // its path is set afterwards
    }

    /** Makes it known to H2. */
    static void register() {
        FilePath.register(new OwnerOnlyFiles());
    }

    @Override
    public String getScheme() {
        return SCHEME;
    }

    @Override
    public boolean createFile() {
        try {
            return OwnerOnly.createFile(path());
        } catch (IOException e) {
            // it tries again for a while, and says what is wrong in H2's own words
            return super.createFile();
        }
    }

    @Override
    public OutputStream newOutputStream(boolean append) throws IOException {
        create();
        return super.newOutputStream(append);
    }

    @Override
    public FileChannel open(String mode) throws IOException {
        if (!"r".equals(mode)) {
            create();
        }
        return super.open(mode);
    }

    private void create() throws IOException {
        OwnerOnly.createFolders(path().toAbsolutePath().getParent());
        OwnerOnly.createFile(path());
    }

    private Path path() {
        return Path.of(getBase().toString());
    }
}
