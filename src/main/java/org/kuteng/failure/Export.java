package org.kuteng.failure;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes dead letters to a file that is there whole or not at all: beside its place first, then renamed. */
public final class Export implements AutoCloseable {
    private final DeadLetters letters;
    private final Path file;
    private final Path part;
    private final BufferedWriter writer;

    /** @throws FileAlreadyExistsException if there is such a file: it may be the only copy of earlier dead letters */
    Export(DeadLetters letters, Path file) throws IOException {
        this.letters = letters;
        this.file = file;
        if (Files.exists(file)) {
            throw new FileAlreadyExistsException(file.toString());
        }
        part = file.resolveSibling(file.getFileName() + ".part");
        writer = Files.newBufferedWriter(part, StandardCharsets.UTF_8);
    }

    /** Adds the dead letters of a queue. */
    public DeadLetters.Browsed add(String deadQueue) throws IOException, InterruptedException {
        return letters.browse(deadQueue, letter -> {
            writer.write(DeadLetterJson.write(letter));
            writer.write('\n');
            return true;
        });
    }

    /** Gives the file its name, once it is on disk. */
    public void finish() throws IOException {
        writer.close();
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(part, file);
    }

    @Override
    public void close() throws IOException {
        writer.close();
        Files.deleteIfExists(part);
    }
}
