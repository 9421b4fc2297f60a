package org.kuteng.once;

/** Where the keys of messages are kept whose work is done. */
public enum OnceMode {
    /** Nowhere: every delivery is worked on. */
    OFF,

    /** In this process, as long as it runs. */
    MEMORY,

    /** In the database, in the transaction that holds the work's effect. */
    JDBC
}
