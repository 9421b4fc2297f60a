package org.kuteng.once;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/** Files and folders that no other account of the machine can read, from the moment they are there. */
final class OwnerOnly {
    private static final Set<PosixFilePermission> OF_FILES = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OF_FOLDERS = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> OF_OTHERS = PosixFilePermissions.fromString("---rwxrwx");
    private static final Set<OpenOption> READ_AND_WRITE =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);

    private OwnerOnly() {}

    /** Makes a folder and those it is in; what is there already stays as it is. */
    static void createFolders(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder, attributes(folder, OF_FOLDERS));
        }
    }

    /** @return false if it is there already, and stays as it is */
    static boolean createFile(Path file) throws IOException {
        try {
            Files.createFile(file, attributes(file, OF_FILES));
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    /** Opens a file to read and write; makes it if it is not there. */
    static FileChannel open(Path file) throws IOException {
        return FileChannel.open(file, READ_AND_WRITE, attributes(file, OF_FILES));
    }

    /**
     * Takes from others what rights they have.
     *
     * @return whether they had any
     */
    static boolean tighten(Path file) throws IOException {
        if (!hasPermissions(file) || !Files.exists(file) || !isOpenToOthers(file)) {
            return false;
        }
        Set<PosixFilePermission> left = EnumSet.copyOf(OF_FILES);
        left.retainAll(Files.getPosixFilePermissions(file));
        Files.setPosixFilePermissions(file, left);
        return true;
    }

    /** Whether the file system holds to what is asked of it: some have no permissions, or the same for every file. */
    static boolean isKept(Path file) throws IOException {
        return hasPermissions(file) && !isOpenToOthers(file);
    }

    private static boolean isOpenToOthers(Path file) throws IOException {
        return Files.getPosixFilePermissions(file).stream().anyMatch(OF_OTHERS::contains);
    }

    private static FileAttribute<?>[] attributes(Path file, Set<PosixFilePermission> permissions) {
        return hasPermissions(file)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
                : new FileAttribute<?>[0];
    }

    private static boolean hasPermissions(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
