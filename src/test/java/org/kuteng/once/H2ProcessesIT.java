package org.kuteng.once;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several processes that find the same H2 file at the same time. */
class H2ProcessesIT {
    private static final int PROCESSES = 4;

    @TempDir
    private Path folder;

    private String url;

    @BeforeEach
    void choose() {
        url = "jdbc:h2:" + folder.resolve("data").resolve("kuteng");
    }

    private void assertWereHere(int count) throws Exception {
        try (Database database = new Database(new DatabaseSettings(url, null, null))) {
            database.open();
            try (Connection connection = database.dataSource().getConnection();
                    ResultSet rows = connection.createStatement().executeQuery("SELECT COUNT(*) FROM was_here")) {
                rows.next();
                assertEquals(count, rows.getInt(1));
            }
        }
    }

    @Test
    void processesThatStartAtTheSameTimeAgree() throws Exception {
        startTogether();
        assertWereHere(PROCESSES);
    }

    @Test
    void processesThatFindADatabaseOfAnEarlierVersionAtTheSameTimeAgree() throws Exception {
        Files.createDirectory(folder.resolve("data"));
        try (Connection old = DriverManager.getConnection(url + ";AUTO_SERVER=TRUE", "kuteng", "")) {
            old.createStatement().execute("CREATE TABLE was_here AS SELECT CAST('old' AS VARCHAR(20)) AS name");
        }
        startTogether();
        assertWereHere(PROCESSES + 1);
    }

    private void startTogether() throws Exception {
        List<Process> processes = new ArrayList<>();
        try {
            for (int i = 0; i < PROCESSES; i++) {
                processes.add(new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                OpenDatabase.class.getName(),
                                url,
                                "process-" + i)
                        .redirectErrorStream(true)
                        .start());
            }
            for (Process process : processes) {
                BufferedReader output = new BufferedReader(new InputStreamReader(process.getInputStream()));
                List<String> lines = new ArrayList<>();
                String line = output.readLine();
                while (line != null && !line.equals("here")) {
                    lines.add(line);
                    line = output.readLine();
                }
                assertEquals("here", line, () -> String.join("\n", lines));
            }
        } finally {
            // one after the other: H2 hands a database over to whoever is left
            for (Process process : processes) {
                process.getOutputStream().close();
                process.waitFor();
            }
        }
    }
}
