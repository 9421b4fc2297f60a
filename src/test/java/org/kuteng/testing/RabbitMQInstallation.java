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
    /** Debian and RPM packages. What they put on the PATH is a wrapper that insists on the machine's own service. */
    private static final Path PACKAGED = Path.of("/usr/lib/rabbitmq/bin");

    static Optional<RabbitMQInstallation> find() {
        Optional<Path> epmd = onPath("epmd");
        if (epmd.isEmpty() || onPath("setsid").isEmpty()) {
            return Optional.empty();
        }
        Stream<Path> folders = Stream.concat(
                Stream.of(PACKAGED), onPath("rabbitmq-server").stream().map(Path::getParent));
        return folders.filter(RabbitMQInstallation::isUsable)
                .map(bin -> new RabbitMQInstallation(
                        bin.resolve("rabbitmq-server"), bin.resolve("rabbitmqctl"), epmd.get()))
                .findFirst();
    }

    private static boolean isUsable(Path bin) {
        return Stream.of("rabbitmq-server", "rabbitmqctl")
                .map(bin::resolve)
                .allMatch(file -> Files.isExecutable(file) && !isWrapper(file));
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
