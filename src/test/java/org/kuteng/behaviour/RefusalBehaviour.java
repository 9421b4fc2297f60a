package org.kuteng.behaviour;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
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
    void aWrongPasswordIsSaidAtOnceAndEndsItAfterAFewTries(TestBroker broker) {
        assertEndedBy(
                run(broker.uri().replace("kuteng:kuteng@", "kuteng:SECRET@")),
                "broker at 127.0.0.1:" + broker.port()
                        + " refused user 'kuteng': wrong user or password; check the URI in kuteng.broker");
    }

    @Test
    void aVirtualHostThatIsNotThereIsSaidAtOnceAndEndsItAfterAFewTries(TestBroker broker) {
        assertEndedBy(
                run(broker.uri().replaceFirst("/kuteng$", "/nix")),
                "broker at 127.0.0.1:" + broker.port()
                        + " has no virtual host 'nix'; check the last part of the URI in kuteng.broker");
    }

    private static void assertEndedBy(KutengProcess process, String fault) {
        assertEquals(2, process.awaitExit());
        assertEquals(List.of("broker       ERROR " + fault + "; trying again", "kuteng: " + fault), problems(process));
        assertEquals(2, process.lines().size(), process.toString());
    }

    @Test
    void aBrokerThatIsAwayIsWaitedForWithOneLineWhenItGoesAndOneWhenItIsBack(TestBroker broker) {
        try (TcpProxy proxy = TcpProxy.to(broker)) {
            String away =
                    "WARN broker at 127.0.0.1:" + proxy.port() + " is not reachable (connection refused); trying again";
            String back = "connected to the broker at 127.0.0.1:" + proxy.port() + " after ";
            proxy.refuse();
            KutengProcess process = run(proxy.uri(), "--set", "producer.period=50", "--set", "producer.repeatCount=0");
            process.awaitLine("trying again$");
            proxy.accept();
            process.awaitLine("Received a message: Hello kuteng!0$");
            assertEquals(List.of("broker       " + away), problems(process));
            assertEquals(1, process.lines(Pattern.quote(back)).size(), process.toString());

            proxy.refuse();
            process.awaitLine("consumer-2 +WARN lost the connection");
            await().until(() -> process.lines(Pattern.quote(away)).size() == 2);
            // long enough for several attempts of the three connections that wait
            await().during(Duration.ofSeconds(4))
                    .until(() -> process.lines("is not reachable").size() == 2);
            proxy.accept();
            process.awaitLine("consumer-1 +consumers restored after .+");
            process.awaitLine("consumer-2 +consumers restored after .+");
            assertEquals(2, process.lines(Pattern.quote(back)).size(), process.toString());
            int received = process.lines("Received a message").size();
            await().until(() -> process.lines("Received a message").size() >= received + 3);
            process.sigterm();
            assertEquals(143, process.awaitExit());
        }
    }

    @Test
    void toldToStopWhileTheBrokerIsAwayItEndsSoon(TestBroker broker) {
        try (TcpProxy proxy = TcpProxy.to(broker)) {
            proxy.refuse();
            KutengProcess process = run(proxy.uri());
            process.awaitLine("trying again$");
            process.sigint();
            assertEquals(130, process.awaitExit(Duration.ofSeconds(5)));
        }
    }
}
