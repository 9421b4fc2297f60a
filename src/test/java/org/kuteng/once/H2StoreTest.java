package org.kuteng.once;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Who may open an H2 database in a file, and what its user may do. */
class H2StoreTest {
    private static final String SHARED = ";AUTO_SERVER=TRUE;WRITE_DELAY=0";

    @TempDir
    private Path folder;

    private String url;

    @BeforeEach
    void choose() {
        url = "jdbc:h2:" + folder.resolve("data").resolve("kuteng");
    }

    private Database open() {
        return open(null, null);
    }

    private Database open(String user, String password) {
        Database database = new Database(new DatabaseSettings(url, user, password));
        try {
            database.open();
            return database;
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    private static void execute(Database database, String sql) throws SQLException {
        try (Connection connection = database.dataSource().getConnection()) {
            connection.createStatement().execute(sql);
        }
    }

    private static String first(Database database, String sql) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                ResultSet rows = connection.createStatement().executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private void assertOthersHaveNoRights() throws IOException {
        Path data = folder.resolve("data");
        try (Stream<Path> files = Files.list(data)) {
            List<String> open = new ArrayList<>();
            for (Path file : files.toList()) {
                String permissions = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
                if (!permissions.equals("rw-------")) {
                    open.add(file.getFileName() + " " + permissions);
                }
            }
            assertEquals(List.of(), open);
        }
    }

    /** As versions before wrote it. */
    private Connection ofAnEarlierVersion() throws SQLException {
        return DriverManager.getConnection(url + SHARED, "kuteng", "");
    }

    private void assertRefusesAnEmptyPassword() {
        assertEquals(
                28000,
                assertThrows(SQLException.class, this::ofAnEarlierVersion).getErrorCode());
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aNewDatabaseIsForItsOwnerOnly() throws Exception {
        try (Database database = open()) {
            execute(database, "CREATE TABLE t (x INT)");
            assertTrue(Files.exists(folder.resolve("data/kuteng.lock.db")));
            assertOthersHaveNoRights();
            assertEquals(
                    "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("data"))));
            assertRefusesAnEmptyPassword();
        }
        assertRefusesAnEmptyPassword();
    }

    @Test
    void itsUserMayMakeTablesButNotRunJava() throws Exception {
        try (Database database = open()) {
            execute(database, "CREATE TABLE t (x INT PRIMARY KEY)");
            execute(database, "CREATE SCHEMA s");
            execute(database, "CREATE TABLE s.t AS SELECT * FROM t");
            execute(database, "INSERT INTO s.t VALUES (1)");
            execute(database, "CREATE VIEW v AS SELECT * FROM s.t");
            execute(database, "ALTER TABLE t ADD COLUMN y VARCHAR(10)");
            execute(database, "CREATE INDEX i ON t (y)");
            execute(database, "DROP TABLE s.t CASCADE");
            for (String sql : List.of(
                    "CREATE ALIAS run FOR 'java.lang.System.exit'",
                    "CREATE ALIAS run AS 'void run() {}'",
                    "CREATE TRIGGER r BEFORE INSERT ON t CALL 'x.Y'",
                    "CREATE TRIGGER r BEFORE INSERT ON t AS 'org.h2.api.Trigger create() { return null; }'",
                    "CREATE LINKED TABLE l ('x.Driver', 'jdbc:x', '', '', 'T')",
                    "CREATE AGGREGATE a FOR 'x.Y'",
                    "CALL FILE_READ('/etc/hostname', 'UTF-8')",
                    "RUNSCRIPT FROM '/dev/null'",
                    "CREATE USER other PASSWORD 'x' ADMIN",
                    "ALTER USER kuteng ADMIN TRUE")) {
                SQLException refused = assertThrows(SQLException.class, () -> execute(database, sql), sql);
                assertEquals(90040, refused.getErrorCode(), sql + ": " + refused.getMessage());
            }
        }
    }

    @Test
    void whatTheAdministratorHasSetHoldsWhoeverOpensIt() throws Exception {
        open().close();
        try (Database database = open()) {
            execute(database, "CREATE TABLE t (x INT)");
        }
        try (Database database = open()) {
            String setting = "SELECT setting_value FROM INFORMATION_SCHEMA.SETTINGS WHERE setting_name = ";
            assertEquals("0", first(database, setting + "'WRITE_DELAY'"));
            assertEquals("1000", first(database, setting + "'RETENTION_TIME'"));
            assertEquals("0", first(database, "SELECT COUNT(*) FROM t"));
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aDatabaseOfAnEarlierVersionGetsAPasswordInPlace() throws Exception {
        Files.createDirectory(folder.resolve("data"));
        try (Connection old = ofAnEarlierVersion()) {
            old.createStatement().execute("CREATE TABLE t AS SELECT 7 AS x");
        }
        Files.setPosixFilePermissions(
                folder.resolve("data/kuteng.mv.db"), PosixFilePermissions.fromString("rw-r--r--"));
        try (OnceLog log = OnceLog.ofDatabase();
                Database database = open()) {
            assertEquals("7", first(database, "SELECT x FROM t"));
            execute(database, "DROP TABLE t");
            assertEquals(
                    90040,
                    assertThrows(SQLException.class, () -> execute(database, "CREATE ROLE r"))
                            .getErrorCode());
            assertOthersHaveNoRights();
            assertRefusesAnEmptyPassword();
            assertEquals(
                    1,
                    log.count("had no password; now it has one, in "),
                    log.lines().toString());
            assertEquals(
                    1, log.count("could be read by other accounts"), log.lines().toString());
        }
        try (OnceLog log = OnceLog.ofDatabase();
                Database again = open()) {
            assertEquals(List.of(url), log.lines());
            assertEquals("1", first(again, "SELECT version FROM kuteng_schema"));
        }
    }

    @Test
    void anEarlierVersionThatIsRunningKeepsItsConnections() throws Exception {
        Files.createDirectory(folder.resolve("data"));
        try (Connection old = ofAnEarlierVersion()) {
            old.createStatement().execute("CREATE TABLE t AS SELECT 7 AS x");
            try (Database database = open()) {
                execute(database, "INSERT INTO t VALUES (8)");
                old.createStatement().execute("INSERT INTO t VALUES (9)");
                assertEquals("3", first(database, "SELECT COUNT(*) FROM t"));
            }
        }
    }

    @Test
    void aDatabaseThatWasDeletedIsMadeAgainWithItsUsers() throws Exception {
        H2Store store = H2Store.of(new DatabaseSettings(url, null, null));
        store.credentials();
        store.prepare().close();
        assertNull(store.prepare());
        Files.delete(folder.resolve("data/kuteng.mv.db"));

        store.prepare().close();

        try (Connection connection = DriverManager.getConnection(store.workUrl(), store.credentials())) {
            connection.createStatement().execute("CREATE TABLE t (x INT)");
        }
    }

    @Test
    void aPasswordOfTheSettingsWins() throws Exception {
        try (Database database = open("me", "mine")) {
            execute(database, "CREATE TABLE t (x INT)");
        }
        assertFalse(Files.exists(folder.resolve("data/kuteng.password")));
        try (Connection connection = DriverManager.getConnection(url + SHARED, "me", "mine")) {
            assertTrue(connection.isValid(1));
        }
        DatabaseException refused = assertThrows(DatabaseException.class, () -> open("me", null));
        assertEquals(
                "database " + url + ": it has other passwords than those in " + folder.resolve("data/kuteng.password")
                        + ": put the file back that belongs to it, or set kuteng.database.user and"
                        + " kuteng.database.password",
                refused.getMessage());
    }

    @Test
    void aUserOfTheSettingsHasAPasswordThatIsMade() throws Exception {
        open("me", null).close();
        try (Database database = open("me", null)) {
            assertEquals("ME", first(database, "CALL CURRENT_USER"));
        }
        assertEquals(
                28000,
                assertThrows(SQLException.class, () -> DriverManager.getConnection(url, "me", ""))
                        .getErrorCode());
    }

    @Test
    void whatAProcessThatWasKilledLeftUndoneIsDone() throws Exception {
        Files.createDirectory(folder.resolve("data"));
        Files.writeString(folder.resolve("data/kuteng.password"), "# Made by kut");
        try (Database database = open()) {
            execute(database, "CREATE TABLE t (x INT)");
        }
        try (H2Passwords passwords = H2Passwords.locked(folder.resolve("data/kuteng.password"));
                Connection admin = DriverManager.getConnection(url + SHARED, "kuteng_admin", passwords.ofAdmin())) {
            admin.createStatement().execute("REVOKE ALTER ANY SCHEMA FROM kuteng");
            admin.createStatement().execute("ALTER USER kuteng SET PASSWORD 'x'");
            admin.createStatement().execute("ALTER USER kuteng ADMIN TRUE");
        }
        try (Database database = open()) {
            execute(database, "CREATE TABLE u (x INT)");
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aFileOfPasswordsThatOthersCanReadIsTakenFromThem() throws Exception {
        open().close();
        Path passwords = folder.resolve("data/kuteng.password");
        Files.setPosixFilePermissions(passwords, PosixFilePermissions.fromString("rw-rw-r--"));
        try (OnceLog log = OnceLog.ofDatabase();
                Database database = open()) {
            assertOthersHaveNoRights();
            assertEquals(
                    1,
                    log.count(passwords + " could be read by other accounts"),
                    log.lines().toString());
        }
    }

    @Test
    void aFileSystemWithoutPermissionsIsUsedWithALine() throws Exception {
        URI zip = URI.create("jar:" + folder.resolve("files.zip").toUri());
        try (FileSystem plain = FileSystems.newFileSystem(zip, Map.of("create", "true"));
                OnceLog log = OnceLog.ofDatabase()) {
            OwnerOnly.createFolders(plain.getPath("data"));
            Path file = plain.getPath("data", "kuteng.password");
            String made;
            try (H2Passwords passwords = H2Passwords.locked(file)) {
                made = passwords.ofUser();
            }
            try (H2Passwords passwords = H2Passwords.locked(file)) {
                assertEquals(made, passwords.ofUser());
            }
            assertTrue(OwnerOnly.createFile(plain.getPath("data", "kuteng.lock.db")));
            assertFalse(OwnerOnly.createFile(plain.getPath("data", "kuteng.lock.db")));
            assertFalse(OwnerOnly.tighten(plain.getPath("data", "kuteng.lock.db")));
            assertEquals(
                    1,
                    log.count("its file system keeps no permissions"),
                    log.lines().toString());
        }
    }
}
