package org.kuteng.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** How a {@link KutengProcess} is started: arguments, environment, folder. */
public final class KutengCommand {
    /** Where the build has put the jar; unset in an IDE, where the compiled classes are newer than any jar. */
    private static final String JAR_PROPERTY = "kuteng.test.jar";

    private static final String MAIN_CLASS = "org.kuteng.Kuteng";

    private final List<String> arguments;
    private final List<String> jvmFlags = new ArrayList<>(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    private final Map<String, String> environment = new HashMap<>();
    private final Consumer<KutengProcess> started;
    private Path folder = Path.of("").toAbsolutePath();
    private List<String> starter = List.of();
    private Path launcher;

    KutengCommand(List<String> arguments, Consumer<KutengProcess> started) {
        this.arguments = arguments;
        this.started = started;
    }

    public KutengCommand env(String name, String value) {
        environment.put(name, value);
        return this;
    }

    public KutengCommand on(TestBroker broker) {
        return env("KUTENG_BROKER", broker.uri());
    }

    /** The working folder; the project's own when not set. */
    public KutengCommand in(Path folder) {
        this.folder = folder;
        return this;
    }

    /** Words before the command: a program that starts it, as another user for example. */
    public KutengCommand by(String... words) {
        starter = List.of(words);
        return this;
    }

    /** By the launcher, as a user starts it, and not by the tests' own Java and flags. */
    public KutengCommand with(Path launcher) {
        this.launcher = launcher;
        return this;
    }

    public KutengCommand jvm(String... flags) {
        jvmFlags.addAll(List.of(flags));
        return this;
    }

    public KutengProcess start() {
        List<String> command = new ArrayList<>(starter);
        if (launcher != null) {
            command.add(launcher.toString());
        } else {
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(jvmFlags);
            command.addAll(program());
        }
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        // what is set around the tests must not change what they see
        builder.environment().keySet().removeIf(name -> name.startsWith("KUTENG_") || name.startsWith("JAVA_TOOL_"));
        builder.environment().putAll(environment);
        try {
            KutengProcess process = new KutengProcess(arguments, builder.start());
            started.accept(process);
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> program() {
        String jar = System.getProperty(JAR_PROPERTY);
        if (jar != null && new File(jar).exists()) {
            return List.of("-jar", new File(jar).getAbsolutePath());
        }
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("test-classes"))
                .map(entry -> new File(entry).getAbsolutePath())
                .collect(Collectors.joining(File.pathSeparator));
        return List.of("-cp", classPath, MAIN_CLASS);
    }
}
