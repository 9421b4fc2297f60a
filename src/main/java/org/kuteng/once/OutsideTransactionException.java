package org.kuteng.once;

/** A step would work outside of the transaction in which its message is to have its effect once; it does not run. */
public final class OutsideTransactionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OutsideTransactionException(String message) {
        super(message);
    }
}
