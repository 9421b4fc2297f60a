package org.kuteng.start;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.kuteng.testing.TestBroker;
import org.kuteng.testing.TestBrokers;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What {@code bench/start} starts. */
@Command(
        name = "bench/start",
        description = "Times the start to the first received message, A B A B, beside a Spring Boot application.",
        mixinStandardHelpOptions = true)
public final class StartBench implements Callable<Integer> {
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();
    private static final String WITH_ARCHIVE = "kuteng, own broker";
    private static final String SPRING_BOOT = "Spring Boot, RabbitMQ runs";

    @Option(
            names = "--pairs",
            paramLabel = "N",
            defaultValue = "7",
            description = "rounds; ${DEFAULT-VALUE} if not set")
    private int pairs;

    private final Map<String, List<FirstMessage>> measured = new LinkedHashMap<>();

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new StartBench()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        try (TestBroker rabbitMQ = TestBrokers.killableRabbitMQ()) {
            Map<String, FirstMessage.Program> programs = programs(rabbitMQ.uri());
            Archive.awaitMade(programs.get(WITH_ARCHIVE));
            for (int round = 1; round <= pairs; round++) {
                for (Map.Entry<String, FirstMessage.Program> program : programs.entrySet()) {
                    FirstMessage message = FirstMessage.of(program.getValue());
                    System.out.printf("%d %-32s %5.2f s%n", round, program.getKey(), message.seconds());
                    measured.computeIfAbsent(program.getKey(), name -> new ArrayList<>())
                            .add(message);
                }
            }
        }
        print();
        return 0;
    }

    private static Map<String, FirstMessage.Program> programs(String uri) {
        Map<String, String> none = Map.of("JAVA_HOME", System.getProperty("java.home"));
        Map<String, FirstMessage.Program> programs = new LinkedHashMap<>();
        List<String> run = List.of("./kuteng", "run", "--set", "kuteng.embedded.port=0");
        programs.put(WITH_ARCHIVE, new FirstMessage.Program(run, none));
        programs.put(
                SPRING_BOOT,
                new FirstMessage.Program(
                        List.of(JAVA, "-jar", "bench/spring-boot/target/app.jar"),
                        Map.of("SPRING_RABBITMQ_ADDRESSES", uri)));
        programs.put(
                "kuteng, own broker, no archive", new FirstMessage.Program(run, with(none, "KUTENG_ARCHIVE", "off")));
        programs.put("kuteng, RabbitMQ runs", new FirstMessage.Program(run, with(none, "KUTENG_BROKER", uri)));
        return programs;
    }

    private static Map<String, String> with(Map<String, String> environment, String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(environment);
        more.put(name, value);
        return more;
    }

    private void print() {
        System.out.printf(
                "%n| from the start to the first received message | median | min | max | processor time | peak memory |%n");
        System.out.println("|---|---|---|---|---|---|");
        measured.forEach((name, runs) -> System.out.printf(
                "| %s | %.2f s | %.2f s | %.2f s | %.2f s | %.0f MB |%n",
                name,
                median(runs, FirstMessage::seconds),
                runs.stream().mapToDouble(FirstMessage::seconds).min().orElseThrow(),
                runs.stream().mapToDouble(FirstMessage::seconds).max().orElseThrow(),
                median(runs, FirstMessage::processorSeconds),
                median(runs, FirstMessage::peakMegabytes)));
        System.out.printf(
                "%nkuteng with its own broker / Spring Boot: %.2f%n",
                median(measured.get(WITH_ARCHIVE), FirstMessage::seconds)
                        / median(measured.get(SPRING_BOOT), FirstMessage::seconds));
    }

    private static double median(List<FirstMessage> runs, ToDoubleFunction<FirstMessage> figure) {
        double[] sorted = runs.stream().mapToDouble(figure).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
