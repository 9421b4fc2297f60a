package org.kuteng.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** H2 in a file of its own, as kuteng uses it: shared by all processes that name it. */
final class H2File implements TestDatabase {
    private final String url;
    private final String options;

    H2File() {
        try {
            Path folder = Files.createTempDirectory(TestFolder.named("h2"), "database-");
            this.url = "jdbc:h2:" + folder.resolve("kuteng");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // whoever comes first makes them hold for all
        this.options = ";AUTO_SERVER=TRUE;WRITE_DELAY=0;RETENTION_TIME=1000";
    }

    @Override
    public String url() {
        return url;
    }

    @Override
    public String user() {
        return "kuteng";
    }

    @Override
    public String password() {
        return "kuteng";
    }

    @Override
    public String kind() {
        return "H2";
    }

    @Override
    public java.sql.Connection connect() throws java.sql.SQLException {
        return java.sql.DriverManager.getConnection(url + options, user(), password());
    }

    @Override
    public void close() {
        // the file goes with mvn clean
    }
}
