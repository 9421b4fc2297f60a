package org.kuteng.testing;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/** The programs of a RabbitMQ that is installed on this machine. */
record RabbitMQInstallation(Path server, Path ctl, Path epmd) {
    /** A folder with the commands of the RabbitMQ to test on, which may be of another version; unset: the installed one. */
    static final String FOLDER_PROPERTY = "kuteng.test.rabbitmq";

    /** The same as {@link #FOLDER_PROPERTY}, which wins. */
    static final String FOLDER_VARIABLE = "KUTENG_TEST_RABBITMQ";

    /** Debian and RPM packages. What they put on the PATH is a wrapper that insists on the machine's own service. */
    private static final Path PACKAGED = Path.of("/usr/lib/rabbitmq/bin");

    /**
     * @throws IllegalStateException if a folder is named that has no RabbitMQ: a test on another version than the wanted
     *     one would prove nothing
     */
    static Optional<RabbitMQInstallation> find() {
        if (onPath("setsid").isEmpty()) {
            return Optional.empty();
        }
        Optional<Path> named = namedFolder();
        if (named.isPresent()) {
            return Optional.of(in(named.get())
                    .orElseThrow(() -> new IllegalStateException("no rabbitmq-server, rabbitmqctl and epmd in "
                            + named.get() + ", which " + FOLDER_PROPERTY + " or " + FOLDER_VARIABLE + " names")));
        }
        Stream<Path> folders = Stream.concat(
                Stream.of(PACKAGED), onPath("rabbitmq-server").stream().map(Path::getParent));
        return folders.map(RabbitMQInstallation::in).flatMap(Optional::stream).findFirst();
    }

    /** The folder that whoever started the tests has named. */
    static Optional<Path> namedFolder() {
        return Stream.of(System.getProperty(FOLDER_PROPERTY), System.getenv(FOLDER_VARIABLE))
                .filter(name -> name != null && !name.isBlank())
                .findFirst()
                .map(name -> Path.of(name).toAbsolutePath());
    }

    private static Optional<RabbitMQInstallation> in(Path bin) {
        boolean usable = Stream.of("rabbitmq-server", "rabbitmqctl")
                .map(bin::resolve)
                .allMatch(file -> Files.isExecutable(file) && !isWrapper(file));
        // one that came with another Erlang has its own
        Optional<Path> epmd =
                Optional.of(bin.resolve("epmd")).filter(Files::isExecutable).or(() -> onPath("epmd"));
        return usable
                ? epmd.map(found ->
                        new RabbitMQInstallation(bin.resolve("rabbitmq-server"), bin.resolve("rabbitmqctl"), found))
                : Optional.empty();
    }

    private static boolean isWrapper(Path file) {
        try {
            return file.toRealPath().endsWith("rabbitmq-script-wrapper");
        } catch (IOException e) {
            return true;
        }
    }

    private static Optional<Path> onPath(String program) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
