package org.kuteng.chaos;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * How much goes wrong while each message is to be done once.
 *
 * @param mode what {@code kuteng.once} is set to
 * @param keys how many different messages there are; each is published twice
 * @param workers how many processes work on them
 * @param workerKills how many workers are killed
 * @param brokerKills how often RabbitMQ is killed and restarted
 * @param databaseKills how often the database is; not with H2, which ends with the worker that has its file open
 */
record OncePlan(String mode, int keys, int workers, int workerKills, int brokerKills, int databaseKills) {
    static final int CONSUMERS = 2;
    static final int PREFETCH = 10;
    static final int WORK_MILLIS = 5;

    enum Fault {
        WORKER_KILL("worker killed (-9) and replaced"),
        BROKER_KILL("broker killed (-9) and restarted"),
        DATABASE_KILL("database killed (-9) and restarted");

        final String text;

        Fault(String text) {
            this.text = text;
        }
    }

    /** A fault, and after how many messages done it strikes. */
    record Strike(Fault fault, int after) {}

    /** The same without faults of the database. */
    OncePlan withoutDatabaseKills() {
        return new OncePlan(mode, keys, workers, workerKills, brokerKills, 0);
    }

    int count(Fault fault) {
        return switch (fault) {
            case WORKER_KILL -> workerKills;
            case BROKER_KILL -> brokerKills;
            case DATABASE_KILL -> databaseKills;
        };
    }

    /** Every kind spread evenly over the messages. */
    List<Strike> strikes() {
        List<Strike> strikes = new ArrayList<>();
        for (Fault fault : Fault.values()) {
            for (int i = 0; i < count(fault); i++) {
                strikes.add(new Strike(fault, (int) (keys * (i + 0.5) / count(fault))));
            }
        }
        strikes.sort(Comparator.comparingInt(Strike::after));
        return strikes;
    }
}
