package org.kuteng.app;

import java.util.List;

/** Wrong use or wrong configuration: the program ends with exit code 2 before anything has started. */
public class ConfigurationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message one line, or a few: what is wrong, with which value, where, and what to do */
    public ConfigurationException(String message) {
        super(message);
    }

    /** @param problems one line each */
    public ConfigurationException(List<String> problems) {
        super(String.join(System.lineSeparator(), problems));
    }
}
