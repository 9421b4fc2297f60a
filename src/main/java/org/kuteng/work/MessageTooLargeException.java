package org.kuteng.work;

/** The body of a message is larger than {@code kuteng.message.maxSize} allows; it is buried. */
final class MessageTooLargeException extends Exception {
    private static final long serialVersionUID = 1L;

    MessageTooLargeException(long size, long most) {
        super("its body has " + size + " bytes, and kuteng.message.maxSize allows " + most);
    }
}
