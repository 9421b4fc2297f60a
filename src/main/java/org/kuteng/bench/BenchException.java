package org.kuteng.bench;

/** A measurement that failed, in one line for the user. */
public class BenchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BenchException(String message, Throwable cause) {
        super(message, cause);
    }
}
