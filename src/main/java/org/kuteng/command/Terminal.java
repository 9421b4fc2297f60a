package org.kuteng.command;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** What the streams of this process lead to. {@code System.console()} tells too little: it knows only all or nothing. */
final class Terminal {
    static final int DEFAULT_WIDTH = 80;

    private Terminal() {}

    static boolean isIn() {
        return isTerminal(0);
    }

    static boolean isOut() {
        return isTerminal(1);
    }

    static boolean isErr() {
        return isTerminal(2);
    }

    /** Columns of the terminal that standard output leads to; 0: it leads elsewhere. */
    static int outWidth() {
        return isOut() ? width() : 0;
    }

    /** Columns of the terminal. */
    static int width() {
        try {
            Process stty = new ProcessBuilder("sh", "-c", "stty size < /dev/tty")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            stty.getOutputStream().close();
            try (InputStream in = stty.getInputStream()) {
                String[] size = new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                        .trim()
                        .split(" ");
                int columns = size.length == 2 ? Integer.parseInt(size[1]) : 0;
                return columns > 0 ? columns : DEFAULT_WIDTH;
            }
        } catch (IOException | NumberFormatException e) {
            return DEFAULT_WIDTH;
        }
    }

    private static boolean isTerminal(int stream) {
        try {
            Process test = new ProcessBuilder("sh", "-c", "test -t " + stream)
                    .inheritIO()
                    .start();
            return test.waitFor(1, TimeUnit.SECONDS) && test.exitValue() == 0;
        } catch (IOException e) {
            return System.console() != null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
