package org.kuteng.command;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.kuteng.app.ConfigurationException;

/** Says in words what is wrong with a file that the user named. */
final class FileFaults {
    private FileFaults() {}

    static ConfigurationException explain(String doing, Path file, IOException e) {
        return new ConfigurationException("cannot " + doing + " " + file + ": " + reason(file, e));
    }

    private static String reason(Path file, IOException e) {
        if (e instanceof FileAlreadyExistsException) {
            return "it is there already, and may hold the only copy of its dead letters; name another file";
        }
        if (e instanceof NoSuchFileException) {
            return "there is no such file or folder";
        }
        if (e instanceof AccessDeniedException) {
            return "no permission";
        }
        return Files.isDirectory(file) ? "it is a folder" : e.getMessage();
    }
}
