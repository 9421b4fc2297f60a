package org.kuteng.untrusted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8CheckTest {
    @Test
    void whatTextIsWrittenAsIsWellFormed() {
        for (String part : new String[] {"", "a", "é", "中", "😀", "\ufffd", "\0"}) {
            for (int before = 0; before < 20; before++) {
                byte[] bytes = ("x".repeat(before) + part.repeat(9_000) + "y").getBytes(StandardCharsets.UTF_8);
                assertTrue(Utf8Check.isWellFormed(bytes), part);
            }
        }
    }

    @Test
    void itSaysWhatJavaMakesOfTheBytes() {
        Random random = new Random(1);
        byte[] seen = "abcdefgh é 中 😀 klmnopqrs".getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = Arrays.copyOf(seen, random.nextInt(seen.length + 1));
            if (bytes.length > 0 && random.nextBoolean()) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            byte[] again = new String(bytes, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8);
            assertEquals(Arrays.equals(bytes, again), Utf8Check.isWellFormed(bytes), () -> Arrays.toString(bytes));
        }
    }
}
