package org.kuteng.once;

import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/** Whether the database can be used, for Camel's health checks. */
public final class DatabaseHealth extends AbstractHealthCheck {
    private final Database database;

    public DatabaseHealth(Database database) {
        super("kuteng", "database");
        this.database = database;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        String why = database.whyAway();
        builder.detail("database", database.toString());
        if (why == null) {
            builder.up();
        } else {
            builder.message("database " + database + " is away: " + why).down();
        }
    }
}
