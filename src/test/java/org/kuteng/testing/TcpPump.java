package org.kuteng.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** One direction of a connection. Reading goes on while what was read is still under way, so a delay costs no throughput. */
final class TcpPump {
    private static final int PIECE = 16 * 1024;
    private static final int PIECES_UNDER_WAY = 64;

    private record Piece(byte[] bytes, long due) {
        boolean isEnd() {
            return bytes.length == 0;
        }
    }

    private final Socket from;
    private final Socket to;
    private final Line line;
    private final Runnable hangUp;
    private final BlockingQueue<Piece> underWay = new ArrayBlockingQueue<>(PIECES_UNDER_WAY);

    TcpPump(Socket from, Socket to, Line line, Runnable hangUp) {
        this.from = from;
        this.to = to;
        this.line = line;
        this.hangUp = hangUp;
    }

    void read() {
        try {
            copyIn();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void copyIn() throws InterruptedException {
        byte[] buffer = new byte[PIECE];
        try {
            InputStream in = from.getInputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                underWay.put(new Piece(Arrays.copyOf(buffer, read), line.arrival()));
            }
        } catch (IOException e) {
            // the end of the connection, which the other side gets to know like any other bytes: later
        }
        underWay.put(new Piece(new byte[0], line.arrival()));
    }

    void write() {
        try {
            OutputStream out = to.getOutputStream();
            for (Piece piece = underWay.take(); !piece.isEnd(); piece = underWay.take()) {
                line.awaitArrival(piece.due());
                writeSlowly(out, piece.bytes());
            }
            line.awaitArrival(line.arrival());
        } catch (IOException e) {
            // cut
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            hangUp.run();
        }
    }

    private void writeSlowly(OutputStream out, byte[] bytes) throws IOException, InterruptedException {
        for (int sent = 0; sent < bytes.length; ) {
            int portion = line.portion(bytes.length - sent);
            out.write(bytes, sent, portion);
            line.spend(portion);
            sent += portion;
        }
    }
}
