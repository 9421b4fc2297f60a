package org.kuteng.behaviour;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.kuteng.testing.KutengProcess;
import org.kuteng.testing.KutengProcesses;
import org.kuteng.testing.OnRabbitMQ;
import org.kuteng.testing.OutputLine;
import org.kuteng.testing.RabbitMQNode;
import org.kuteng.testing.TestBrokers;

/** A RabbitMQ that speaks TLS, with a certificate for "localhost" from an authority of the test's own. */
@Tag(OnRabbitMQ.TAG)
class TlsRabbitMQIT {
    @TempDir
    static Path folder;

    private static RabbitMQNode node;
    private static int tlsPort;

    @RegisterExtension
    final KutengProcesses kuteng = new KutengProcesses();

    @BeforeEach
    void startNode() throws Exception {
        TestBrokers.assumeInstalled();
        if (node == null) {
            certificates();
            tlsPort = freePort();
            node = RabbitMQNode.start(new RabbitMQNode.Settings(
                    false,
                    List.of(
                            "listeners.ssl.1 = 127.0.0.1:" + tlsPort,
                            "ssl_options.cacertfile = FOLDER/ca.pem",
                            "ssl_options.certfile = FOLDER/server.pem",
                            "ssl_options.keyfile = FOLDER/server.key",
                            "ssl_options.verify = verify_none"),
                    "",
                    Stream.of("ca.pem", "server.pem", "server.key")
                            .map(folder::resolve)
                            .toList()));
        }
    }

    @AfterAll
    static void stopNode() {
        if (node != null) {
            node.close();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void certificates() throws Exception {
        authority("ca");
        authority("stranger");
        openssl("req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=localhost -addext"
                + " subjectAltName=DNS:localhost");
        openssl("x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -copy_extensions copy"
                + " -out server.pem");
    }

    private static void authority(String name) throws Exception {
        openssl("req -x509 -newkey rsa:2048 -nodes -days 2 -keyout " + name + ".key -out " + name + ".pem -subj /CN="
                + name);
    }

    private static void openssl(String arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments.split(" ")));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes());
        assertEquals(0, process.waitFor(), output);
    }

    private KutengProcess run(String host, String authority) {
        return kuteng.command(
                        "run",
                        "--set",
                        "kuteng.tls.caFile=" + folder.resolve(authority + ".pem"),
                        "--set",
                        "producer.period=10")
                .env("KUTENG_BROKER", "amqps://kuteng:kuteng@" + host + ":" + tlsPort + "/kuteng")
                .start();
    }

    @Test
    void withTheRightAuthorityItWorks() {
        KutengProcess run = run("localhost", "ca");
        run.awaitLine("broker +amqps://kuteng:\\*\\*\\*@localhost:" + tlsPort + "/kuteng$");
        run.awaitLine("Received a message: Hello kuteng!9$");
    }

    @Test
    void anUnknownAuthorityIsRefused() {
        assertRefused(
                run("localhost", "stranger"),
                "TLS with the broker at localhost:" + tlsPort + " failed: "
                        + "its certificate was issued by an authority that is not trusted; name the authority in"
                        + " kuteng.tls.caFile");
    }

    @Test
    void aCertificateForAnotherHostIsRefused() {
        assertRefused(
                run("127.0.0.1", "ca"),
                "TLS with the broker at 127.0.0.1:" + tlsPort + " failed: "
                        + "its certificate is not valid for this host (No subject alternative names matching IP address"
                        + " 127.0.0.1 found); use the host name in the certificate");
    }

    @Test
    void withoutTheHostCheckAnotherHostIsTaken() {
        KutengProcess run = kuteng.command(
                        "run",
                        "consumer-1",
                        "--set",
                        "kuteng.tls.caFile=" + folder.resolve("ca.pem"),
                        "--set",
                        "kuteng.tls.verifyHostName=false")
                .env("KUTENG_BROKER", "amqps://kuteng:kuteng@127.0.0.1:" + tlsPort + "/kuteng")
                .start();
        run.awaitLine(ProgramBehaviour.WAITING);
    }

    @Test
    void aCaFileWithoutCertificatesIsNamed() {
        KutengProcess run = run("localhost", "nothing");
        assertEquals(2, run.awaitExit());
        assertEquals(1, run.lines().size(), run.toString());
        assertTrue(run.lines().get(0).text().startsWith("kuteng: the CA file " + folder.resolve("nothing.pem")));
    }

    @Test
    void aPortThatDoesNotSpeakTlsIsNamed() {
        KutengProcess run = kuteng.command("run")
                .env("KUTENG_BROKER", node.uri().replace("amqp:", "amqps:"))
                .start();
        assertRefused(
                run,
                "TLS with the broker at 127.0.0.1:" + node.port()
                        + " failed: this port does not speak TLS; use its TLS port, or amqp:// in the URI");
    }

    /** It is said at once, and again when a few tries have not helped. */
    private static void assertRefused(KutengProcess run, String fault) {
        assertEquals(2, run.awaitExit());
        List<String> lines = run.lines().stream().map(OutputLine::text).toList();
        assertEquals(2, lines.size(), run.toString());
        assertTrue(lines.get(0).endsWith(" ERROR " + fault + "; trying again"), run.toString());
        assertEquals("kuteng: " + fault, lines.get(1));
    }
}
