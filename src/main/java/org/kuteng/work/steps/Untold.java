package org.kuteng.work.steps;

import org.apache.camel.Exchange;
import org.apache.camel.spi.ExceptionHandler;

/** In place of a handler that logs: the failure of an exchange is told in one place, once. */
final class Untold implements ExceptionHandler {
    @Override
    public void handleException(Throwable exception) {}

    @Override
    public void handleException(String message, Throwable exception) {}

    @Override
    public void handleException(String message, Exchange exchange, Throwable exception) {}
}
