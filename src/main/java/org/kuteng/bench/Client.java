package org.kuteng.bench;

/** The programs that are compared. */
public enum Client {
    RAW_BEST(
            "raw-best",
            "the RabbitMQ Java client at its best: 1,000 sends unconfirmed, an acknowledgement for 100 messages"),
    RAW("raw", "the RabbitMQ Java client at its default: waits for each confirmation, an acknowledgement a message"),
    CAMEL("camel", "plain camel-spring-rabbitmq at its defaults: no confirmations, an acknowledgement a message"),
    CAMEL_CONFIRMS("camel-confirms", "plain camel-spring-rabbitmq with confirmations (CORRELATED), fed by one thread"),
    CAMEL_CONFIRMS_64("camel-confirms-64", "plain camel-spring-rabbitmq with confirmations, fed by 64 threads"),
    KUTENG("kuteng", "kuteng's routes, as './kuteng run' runs them with these settings");

    private final String word;
    private final String description;

    Client(String word, String description) {
        this.word = word;
        this.description = description;
    }

    /** As it is written on the command line and in tables. */
    public String word() {
        return word;
    }

    public String description() {
        return description;
    }

    /** Whether it learns what became of what it sends. */
    public boolean isConfirming() {
        return this != CAMEL;
    }

    /** Clients that differ only in how they send have no part where only receiving is measured. */
    public boolean takesPartIn(Mode mode) {
        if (mode.isJob()) {
            return this == RAW_BEST || this == KUTENG;
        }
        return switch (this) {
            case RAW, CAMEL, KUTENG -> true;
            case RAW_BEST -> mode != Mode.CONCURRENCY;
            case CAMEL_CONFIRMS, CAMEL_CONFIRMS_64 -> mode == Mode.PUBLISH || mode == Mode.BOTH;
        };
    }
}
