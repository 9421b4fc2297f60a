package org.kuteng.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.kuteng.failure.FailureHeaders;
import org.kuteng.testing.KutengProcess;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.OnEmbeddedBroker;
import org.kuteng.testing.OutputLine;
import org.kuteng.testing.PlainClient;
import org.kuteng.testing.TestBroker;

/** The words and exit codes of {@code kuteng dead}, away from a terminal. */
@OnEmbeddedBroker
class DeadCommandIT {
    /** What the shipped routes use. */
    private static final String WORK = "kuteng";

    private static final String DEAD = "kuteng.dead";

    @RegisterExtension
    final KutengProcesses kuteng = new KutengProcesses();

    private TestBroker broker;
    private PlainClient client;

    @BeforeEach
    void declare(TestBroker testBroker) {
        broker = testBroker;
        client = broker.client();
        client.declareDurable(WORK);
        client.declareDurable(DEAD);
    }

    @AfterEach
    void delete() {
        client.delete(WORK);
        client.delete(DEAD);
        client.close();
    }

    private void bury(String id, String body) {
        BasicProperties properties = new BasicProperties.Builder()
                .contentType("text/plain")
                .headers(Map.of(
                        FailureHeaders.DEAD_ID,
                        id,
                        FailureHeaders.QUEUE,
                        WORK,
                        FailureHeaders.ROUTE,
                        "consumer-1",
                        FailureHeaders.ATTEMPTS,
                        5,
                        FailureHeaders.LAST_FAILURE,
                        "2020-01-31T12:00:00Z",
                        FailureHeaders.EXCEPTION,
                        "org.acme.OrderException",
                        FailureHeaders.MESSAGE,
                        "order 17\nis \u001b[31mred",
                        "tenant",
                        "acme"))
                .build();
        client.confirmed(() -> client.publishUnconfirmed(DEAD, body, properties));
    }

    private KutengProcess run(int exitCode, String... arguments) {
        List<String> words = new ArrayList<>(List.of("dead"));
        words.addAll(List.of(arguments));
        KutengProcess process =
                kuteng.command(words.toArray(String[]::new)).on(broker).start();
        assertEquals(exitCode, process.awaitExit(), process::toString);
        return process;
    }

    private static String out(KutengProcess process, OutputLine.Source source) {
        return process.lines().stream()
                .filter(line -> line.source() == source)
                .map(OutputLine::text)
                .collect(Collectors.joining("\n"));
    }

    private static void assertTells(KutengProcess process, String words) {
        assertTrue(out(process, OutputLine.Source.OUT).contains(words), process::toString);
    }

    private static void assertComplains(KutengProcess process, String words) {
        String said = out(process, OutputLine.Source.ERR);
        assertTrue(said.contains(words) && said.lines().count() == 1, process::toString);
    }

    @Test
    void aListOfTheQueuesOfTheRouteFilesIsATable() {
        assertTells(run(0, "list"), "no dead letters in kuteng.dead");

        bury("0123456789", "first");

        KutengProcess list = run(0, "list");
        List<String> lines = list.lines().stream().map(OutputLine::text).toList();
        assertEquals("1 dead letter in kuteng.dead", lines.get(0));
        assertTrue(
                lines.get(2).matches("0123456789  +\\d+d +5  consumer-1  OrderException: order 17 is .{0,4}\\[31mred"),
                list::toString);
        assertTells(run(0, "list", "kuteng.dead", "--json"), "{\"id\":\"0123456789\",\"queue\":\"kuteng\"");
        assertTells(run(0, "list", "kuteng", "--by-cause"), "OrderException: order # is");
    }

    @Test
    void aBeginningOfAnIdShowsADeadLetter() {
        bury("0123456789", "the body\u0007");
        bury("0123zzzzzz", "another");

        KutengProcess show = run(0, "show", "01234");
        assertTells(show, "dead letter 0123456789 in kuteng.dead");
        assertTells(show, "exception         org.acme.OrderException");
        assertTells(show, "tenant            acme");
        assertTells(show, "body: 9 bytes of text\nthe body\\x07");

        assertComplains(
                run(2, "show", "0123"),
                "'0123' is the beginning of several ids: 0123456789, 0123zzzzzz; write more of the one that is meant");
    }

    @Test
    void replayedByIdAndByCause() {
        bury("0123456789", "first");
        bury("abcdefabcd", "second");

        assertTells(run(0, "replay", "abcdef"), "replayed 1 dead letter of kuteng.dead in ");
        assertEquals("second", client.getText(WORK).orElseThrow());
        assertTells(
                run(0, "replay", "--cause", "nonsense"), "no dead letter in kuteng.dead has 'nonsense' in its cause");
        assertTells(run(0, "replay", "--cause", "orderexception"), "replayed 1 dead letter of kuteng.dead in ");
        assertEquals("first", client.getText(WORK).orElseThrow());
        assertTells(run(0, "replay", "--all"), "no dead letters in kuteng.dead");
    }

    @Test
    void discardingWithoutATerminalNeedsAYes() {
        bury("0123456789", "first");

        assertComplains(run(2, "discard", "--all"), "nothing discarded: there is no terminal to ask");
        assertEquals(1, client.messages(DEAD));

        assertTells(run(0, "discard", "--all", "--yes"), "discarded 1 dead letter of kuteng");
        assertEquals(0, client.messages(DEAD));
    }

    @Test
    void whatCannotBeDoneIsSaidInOneLine() {
        assertComplains(
                run(2, "show", "feedface"), "no dead letter 'feedface' in kuteng.dead; 'kuteng dead list' shows");
        assertComplains(run(2, "replay", "feedface"), "no dead letter 'feedface' in kuteng.dead");
        assertComplains(
                run(2, "list", "kutemg"), "there is neither a queue 'kutemg' nor 'kutemg.dead' at amqp://kuteng:***@");
        assertComplains(run(2, "replay"), "specify one of these");
        assertComplains(run(2, "import", "no-such-file"), "cannot read no-such-file: there is no such file or folder");
        assertComplains(run(2), "'dead' needs one of: list, show, replay, discard, export, import");
    }

    @Test
    void withoutABrokerElsewhereThereIsNothingToLookAt() {
        KutengProcess unset = kuteng.command("dead", "list").start();
        assertEquals(2, unset.awaitExit());
        assertComplains(unset, "no broker is named, and an embedded one in memory ends with its process");

        KutengProcess down =
                kuteng.command("dead", "list", "--broker", "amqp://127.0.0.1:1").start();
        assertEquals(1, down.awaitExit());
        assertComplains(down, "broker at 127.0.0.1:1 is not reachable (connection refused)");
    }
}
