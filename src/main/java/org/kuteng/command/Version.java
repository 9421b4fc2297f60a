package org.kuteng.command;

import org.apache.camel.CamelContext;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {
            "kuteng " + of(Version.class) + " (Camel " + of(CamelContext.class) + ", Java "
                    + System.getProperty("java.version") + ")"
        };
    }

    /** A folder of classes, as in a development build, has no version. */
    private static String of(Class<?> type) {
        String version = type.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
