package org.kuteng.app.check;

/** How much a problem matters. */
public enum Severity {
    /** The file must not be started. */
    ERROR,
    /** The file runs, but not as well as it could. */
    WARNING
}
