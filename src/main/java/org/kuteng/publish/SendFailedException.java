package org.kuteng.publish;

import org.kuteng.broker.BrokerException;

/** The broker does not have the message, or is not known to have it: returned, refused, or not confirmed in time. */
public class SendFailedException extends BrokerException {
    private static final long serialVersionUID = 1L;

    public SendFailedException(String message, Throwable cause) {
        super(Cure.TIME, message, cause);
    }
}
