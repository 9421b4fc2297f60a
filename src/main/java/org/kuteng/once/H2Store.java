package org.kuteng.once;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An H2 database in a file, and who may open it. An administrator of H2 can run Java as the owner of the process that
 * serves the database, so the database has passwords that only the owner can read, and work is done by a user who is no
 * administrator: it may do with tables and schemas what it likes, and no more.
 */
final class H2Store {
    private static final Logger LOG = LoggerFactory.getLogger("kuteng.database");

    private static final Pattern FILE_URL = Pattern.compile("(?i)jdbc:h2:(?!tcp:|ssl:|mem:|zip:)([^;]*)(.*)");

    /** H2's own ways to keep a file, such as {@code file:}, {@code nio:} or {@code split:20:}. */
    private static final Pattern SCHEMES = Pattern.compile("(?:[A-Za-z]\\w+:|\\d+:)*");

    private static final String DATA = ".mv.db";
    private static final String ADMIN = "KUTENG_ADMIN";

    /** What {@code SET} may not do for a user that is no administrator has been done by the administrator. */
    private static final Map<String, String> OF_WORK = Map.of("IGNORE_UNKNOWN_SETTINGS", "TRUE", "IFEXISTS", "TRUE");

    /** H2's code for: wrong user name or password. */
    private static final int WRONG_LOGIN = 28000;

    private final String name;
    private final Path base;
    private final String url;
    private final String user;
    private volatile boolean passwordsFit;

    private H2Store(String name, Path base, String url, String user) {
        this.name = name;
        this.base = base;
        this.url = url;
        this.user = user.toUpperCase(Locale.ENGLISH);
    }

    /** @return null if it is no database in a file, or somebody else runs it */
    static H2Store of(DatabaseSettings settings) {
        Matcher matcher = FILE_URL.matcher(settings.url());
        if (!matcher.matches()) {
            return null;
        }
        String path = SCHEMES.matcher(matcher.group(1)).replaceFirst("");
        if (path.startsWith("~/")) {
            path = System.getProperty("user.home") + path.substring(1);
        }
        boolean plain = matcher.group(1).equals(path) || matcher.group(1).startsWith("~/");
        String url =
                plain ? "jdbc:h2:" + OwnerOnlyFiles.SCHEME + ":" + matcher.group(1) + matcher.group(2) : settings.url();
        String user = settings.user() == null ? DatabaseSettings.DEFAULT_H2_USER : settings.user();
        return new H2Store(settings.toString(), Path.of(path), Dialect.H2.complete(url), user);
    }

    /** For whoever has a user and a password of its own. */
    String url() {
        return url;
    }

    /** For the user that works. */
    String workUrl() {
        return Dialect.completed(url, OF_WORK);
    }

    /** Where the passwords are. */
    Path passwords() {
        return file(".password");
    }

    private Path file(String suffix) {
        return base.resolveSibling(base.getFileName() + suffix);
    }

    /** Makes the folder, for its owner only, if it is not there. */
    void createFolder() {
        try {
            OwnerOnly.createFolders(base.toAbsolutePath().getParent());
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    /**
     * Takes the files from others who may read them, and finds the password of the user that works; makes one at the
     * first time.
     *
     * @throws DatabaseException if it can be neither read nor written
     */
    Properties credentials() {
        createFolder();
        try (H2Passwords passwords = H2Passwords.locked(passwords())) {
            for (String suffix : List.of(DATA, ".lock.db", ".trace.db")) {
                Path file = file(suffix);
                if (OwnerOnly.tighten(file)) {
                    LOG.info("{} could be read by other accounts of this machine; now only by its owner", file);
                }
            }
            return Dialect.credentials(user, passwords.ofUser());
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private DatabaseException unusable(IOException e) {
        return new DatabaseException(
                "database " + name + ": its password cannot be kept in " + passwords() + ": " + e
                        + "; make the folder writable, or set kuteng.database.url to another one",
                e);
    }

    /**
     * Sees to it that the database is there, and its users.
     *
     * @return a connection, which keeps it open until whoever asks has one of its own; null if there is nothing to do
     * @throws DatabaseException if it has other passwords
     */
    Connection prepare() throws SQLException {
        if (passwordsFit && Files.exists(file(DATA))) {
            return null;
        }
        try (H2Passwords passwords = H2Passwords.locked(passwords())) {
            Connection admin = adminOf(passwords);
            try {
                prepareUser(admin, passwords);
                passwordsFit = true;
                return admin;
            } catch (SQLException | RuntimeException e) {
                admin.close();
                throw e;
            }
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private Connection adminOf(H2Passwords passwords) throws SQLException {
        Properties login = Dialect.credentials(ADMIN, passwords.ofAdmin());
        try {
            return DriverManager.getConnection(url, login);
        } catch (SQLException e) {
            if (e.getErrorCode() != WRONG_LOGIN) {
                throw e;
            }
        }
        // made by an earlier version, whose only user is the administrator and has no password
        try (Connection first = DriverManager.getConnection(url, Dialect.credentials(user, ""));
                Statement statement = first.createStatement()) {
            statement.execute("CREATE USER IF NOT EXISTS " + ADMIN + " PASSWORD '" + passwords.ofAdmin() + "' ADMIN");
        } catch (SQLException e) {
            if (e.getErrorCode() != WRONG_LOGIN) {
                throw e;
            }
            throw new DatabaseException(
                    "it has other passwords than those in " + passwords()
                            + ": put the file back that belongs to it, or set kuteng.database.user and"
                            + " kuteng.database.password",
                    e);
        }
        LOG.info(
                "{} had no password; now it has one, in {}, and its user {} is no administrator any more",
                name,
                passwords(),
                user);
        return DriverManager.getConnection(url, login);
    }

    private void prepareUser(Connection admin, H2Passwords passwords) throws SQLException {
        if (isPlainUser(admin) && canLogIn(passwords)) {
            return;
        }
        String quoted = '"' + user.replace("\"", "\"\"") + '"';
        try (Statement statement = admin.createStatement()) {
            // an administrator until all is done: what was begun and not ended is done again
            statement.execute("CREATE USER IF NOT EXISTS " + quoted + " PASSWORD '" + passwords.ofUser() + "' ADMIN");
            statement.execute("ALTER USER " + quoted + " SET PASSWORD '" + passwords.ofUser() + "'");
            statement.execute("GRANT ALTER ANY SCHEMA TO " + quoted);
            statement.execute("ALTER USER " + quoted + " ADMIN FALSE");
        }
    }

    private boolean isPlainUser(Connection admin) throws SQLException {
        String sql = "SELECT is_admin FROM INFORMATION_SCHEMA.USERS WHERE user_name = ?";
        try (PreparedStatement statement = admin.prepareStatement(sql)) {
            statement.setString(1, user);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() && !rows.getBoolean(1);
            }
        }
    }

    private boolean canLogIn(H2Passwords passwords) throws SQLException {
        try (Connection connection =
                DriverManager.getConnection(workUrl(), Dialect.credentials(user, passwords.ofUser()))) {
            return connection.isValid(0);
        } catch (SQLException e) {
            if (e.getErrorCode() == WRONG_LOGIN) {
                return false;
            }
            throw e;
        }
    }
}
