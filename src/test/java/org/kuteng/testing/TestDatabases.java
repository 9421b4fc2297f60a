package org.kuteng.testing;

import java.util.Optional;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.testcontainers.DockerClientFactory;

/**
 * Where tests get their databases. A PostgreSQL is one in Docker, or else a private one of an installed PostgreSQL.
 * Without any the test is skipped, or fails with {@code -Dkuteng.test.requirePostgreSQL=true}.
 */
public final class TestDatabases {
    private static final String REQUIRE_PROPERTY = "kuteng.test.requirePostgreSQL";
    private static final String REASON = "no PostgreSQL found (start Docker or install postgresql)";

    private TestDatabases() {}

    /** A new one, to be closed by the caller. */
    public static TestDatabase h2() {
        return new H2File();
    }

    /** A new one that a test may kill, to be closed by the caller. */
    public static TestDatabase postgreSQL() {
        if (DockerClientFactory.instance().isDockerAvailable()) {
            return PostgreSQLContainer.create();
        }
        Optional<PostgreSQLInstallation> installed = PostgreSQLInstallation.find();
        if (installed.isPresent()) {
            return PostgreSQLNode.start(installed.get());
        }
        if (Boolean.getBoolean(REQUIRE_PROPERTY)) {
            return Assertions.fail(REASON + "; " + REQUIRE_PROPERTY + " forbids to skip the test");
        }
        Assumptions.abort(REASON);
        throw new AssertionError("not reached");
    }
}
