package org.kuteng.behaviour;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.kuteng.testing.KutengProcess;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.OutputLine;
import org.kuteng.testing.TcpProxy;
import org.kuteng.testing.TestBroker;

/** What a user is told when the broker refuses or is away. */
abstract class RefusalBehaviour {
    static final String QUEUE = "of-the-refusals";

    @RegisterExtension
    final KutengProcesses kuteng = new KutengProcesses();

    @AfterEach
    void deleteQueue(TestBroker broker) {
        kuteng.killAll();
        WorkQueues.delete(broker, QUEUE);
    }

    final KutengProcess run(String uri, String... words) {
        String[] all = new String[words.length + 3];
        all[0] = "run";
        System.arraycopy(words, 0, all, 1, words.length);
        all[words.length + 1] = "--set";
        all[words.length + 2] = "queue.name=" + QUEUE;
        return kuteng.command(all).env("KUTENG_BROKER", uri).start();
    }

    /** Without the time and the name of whoever says it. */
    static List<String> problems(KutengProcess process) {
        return process.lines().stream()
                .map(OutputLine::text)
                .filter(line -> line.startsWith("kuteng: ") || line.matches(".* (WARN|ERROR) .*"))
                .map(line -> line.replaceFirst("^[0-9:.]{12} ", ""))
                .toList();
    }

    @Test
    void aWrongPasswordEndsItWithOneLine(TestBroker broker) {
        KutengProcess process = run(broker.uri().replace("kuteng:kuteng@", "kuteng:SECRET@"));
        assertEquals(2, process.awaitExit());
        assertEquals(
                List.of("kuteng: broker at 127.0.0.1:" + broker.port()
                        + " refused user 'kuteng': wrong user or password; check the URI in kuteng.broker"),
                process.lines().stream().map(OutputLine::text).toList());
    }

    @Test
    void aVirtualHostThatIsNotThereEndsItWithOneLine(TestBroker broker) {
        KutengProcess process = run(broker.uri().replaceFirst("/kuteng$", "/nix"));
        assertEquals(2, process.awaitExit());
        assertEquals(
                List.of("kuteng: broker at 127.0.0.1:" + broker.port()
                        + " has no virtual host 'nix'; the last part of the URI in kuteng.broker names it"),
                process.lines().stream().map(OutputLine::text).toList());
    }

    @Test
    void aBrokerThatIsAwayIsWaitedForWithOneLineAnAttempt(TestBroker broker) {
        try (TcpProxy proxy = TcpProxy.to(broker)) {
            String away = "broker       WARN broker at 127.0.0.1:" + proxy.port()
                    + " is not reachable (connection refused); trying again in 1 s";
            proxy.refuse();
            KutengProcess process = run(proxy.uri(), "--set", "producer.period=50", "--set", "producer.repeatCount=0");
            process.awaitLine("trying again in 1 s");
            proxy.accept();
            process.awaitLine("Received a message: Hello kuteng!0$");
            assertTrue(problems(process).stream().allMatch(away::equals), process.toString());
            assertTrue(problems(process).size() <= 3, process.toString());

            proxy.refuse();
            process.awaitLine("lost the connection to the broker");
            Duration begin =
                    process.awaitLine("consumer-2 +WARN lost the connection").after();
            awaitMore(process, "is not reachable", 2);
            int attempts = process.lines("is not reachable").size();
            Duration now = process.lines("is not reachable").get(attempts - 1).after();
            // three connections wait, but there is one attempt a second
            assertTrue(attempts <= 4 + now.minus(begin).toSeconds(), process.toString());
            proxy.accept();
            process.awaitLine("consumer-1 +consumers restored after .+");
            process.awaitLine("consumer-2 +consumers restored after .+");
            awaitMore(process, "Received a message", 3);
            process.sigterm();
            assertEquals(143, process.awaitExit());
        }
    }

    private static void awaitMore(KutengProcess process, String regex, int more) {
        int before = process.lines(regex).size();
        org.awaitility.Awaitility.await().until(() -> process.lines(regex).size() >= before + more);
    }

    @Test
    void toldToStopWhileTheBrokerIsAwayItEndsSoon(TestBroker broker) {
        try (TcpProxy proxy = TcpProxy.to(broker)) {
            proxy.refuse();
            KutengProcess process = run(proxy.uri());
            process.awaitLine("trying again in 1 s");
            process.sigint();
            assertEquals(130, process.awaitExit(Duration.ofSeconds(5)));
        }
    }
}
