package org.kuteng.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kuteng.broker.QueueType;
import org.springframework.amqp.core.AcknowledgeMode;

class SettingsTest {
    @TempDir
    private Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private final Properties systemProperties = new Properties();
    private final Map<String, String> arguments = new HashMap<>();
    private String profile;

    @Test
    void withoutAnythingTheDefaultsHold() {
        Settings settings = load();

        assertEquals(List.of(), settings.get(Setting.BROKER));
        assertEquals(QueueType.DURABLE, settings.get(Setting.QUEUE_TYPE));
        assertEquals(AcknowledgeMode.AUTO, settings.get(Setting.ACKNOWLEDGE_MODE));
        assertEquals(Duration.ofSeconds(30), settings.get(Setting.CONFIRM_TIMEOUT));
        assertEquals(Path.of("routes"), settings.get(Setting.ROUTES));
        assertNull(settings.get(Setting.CA_FILE));
        assertNull(settings.value(Setting.CA_FILE));
        assertEquals(new Settings.Value("durable", "default"), settings.value(Setting.QUEUE_TYPE));
    }

    @Test
    void everyDefaultIsAValueOfItsType() {
        for (Setting<?> setting : Setting.ALL) {
            if (setting.defaultText() != null) {
                setting.type().parser().apply(setting.defaultText());
            }
        }
    }

    @Test
    void everySettingIsInTheListAndDescribed() throws IllegalAccessException {
        for (var field : Setting.class.getFields()) {
            if (field.getType() == Setting.class) {
                Setting<?> setting = (Setting<?>) field.get(null);
                assertTrue(Setting.ALL.contains(setting), setting.key());
                assertFalse(setting.description().isBlank(), setting.key());
            }
        }
    }

    @Test
    void eachSourceOverridesTheOneBeforeAndIsNamed() throws IOException {
        String file = file("application.properties", "kuteng.confirm.window = 1");
        assertWindow(1, file);

        String profileFile = file("application-fast.properties", "kuteng.confirm.window = 2");
        profile = "fast";
        assertWindow(2, profileFile);

        environment.put("KUTENG_CONFIRM_WINDOW", "3");
        assertWindow(3, "KUTENG_CONFIRM_WINDOW");

        systemProperties.setProperty("kuteng.confirm.window", "4");
        assertWindow(4, "-Dkuteng.confirm.window");

        arguments.put("kuteng.confirm.window", "5");
        assertWindow(5, "--set");
    }

    @Test
    void theFileInTheWorkingFolderAddsToTheOneInKuteng() throws IOException {
        String file = file("application.properties", "producer.period = 10", "my.name = x");

        Settings settings = load();

        assertEquals(new Settings.Value("10", file), settings.others().get("producer.period"));
        assertEquals(
                new Settings.Value("101", "application.properties (in kuteng)"),
                settings.others().get("producer.repeatCount"));
        assertEquals("x", settings.asProperties().getProperty("my.name"));
        assertEquals("durable", settings.asProperties().getProperty("kuteng.queue.type"));
    }

    @Test
    void theProfileSimpleHasTheWireSettingsOfTheOriginalPrograms() {
        profile = "simple";

        Settings settings = load();

        assertEquals(QueueType.TRANSIENT, settings.get(Setting.QUEUE_TYPE));
        assertEquals(AcknowledgeMode.NONE, settings.get(Setting.ACKNOWLEDGE_MODE));
        assertFalse(settings.get(Setting.CONFIRM));
    }

    @Test
    void aProfileOfTheUsersAddsToTheOneInKutengOfTheSameName() throws IOException {
        file("application-simple.properties", "kuteng.confirm = true");
        profile = "simple";

        Settings settings = load();

        assertTrue(settings.get(Setting.CONFIRM));
        assertEquals(QueueType.TRANSIENT, settings.get(Setting.QUEUE_TYPE));
    }

    @Test
    void aProfileWithoutAFileIsRefused() {
        profile = "smple";

        assertProblems("no profile 'smple': there is no file application-smple.properties in the working folder or in"
                + " kuteng itself (which has: simple)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  "})
    void aBlankEnvironmentVariableIsAsIfItWereNotThere(String blank) throws IOException {
        environment.put("KUTENG_CONFIRM_WINDOW", blank);
        environment.put("KUTENG_PROFILE", blank);
        profile = blank;
        assertEquals(1_000, load().get(Setting.CONFIRM_WINDOW));

        String file = file("application.properties", "kuteng.confirm.window = 1");
        assertWindow(1, file);
    }

    @Test
    void aBlankValueGivesTheDefaultBack() throws IOException {
        file("application.properties", "kuteng.confirm.window = 1", "kuteng.tls.caFile = ca.pem");
        arguments.put("kuteng.confirm.window", "");
        arguments.put("kuteng.tls.caFile", " ");

        assertEquals(1_000, load().get(Setting.CONFIRM_WINDOW));
        assertNull(load().get(Setting.CA_FILE));
    }

    @Test
    void blanksAroundAValueDoNotCount() throws IOException {
        file("application.properties", "kuteng.queue.type = quorum\t ");
        environment.put("KUTENG_ACKNOWLEDGEMODE", " manual ");
        systemProperties.setProperty("kuteng.confirm", " false");
        arguments.put("kuteng.confirm.window", " 7 ");

        Settings settings = load();

        assertEquals(QueueType.QUORUM, settings.get(Setting.QUEUE_TYPE));
        assertEquals(AcknowledgeMode.MANUAL, settings.get(Setting.ACKNOWLEDGE_MODE));
        assertFalse(settings.get(Setting.CONFIRM));
        assertEquals(7, settings.get(Setting.CONFIRM_WINDOW));
    }

    @Test
    void unknownKeysAreRefusedWhereverTheyComeFrom() throws IOException {
        String file = file("application.properties", "kuteng.borker = embedded");
        environment.put("KUTENG_BROKR", "embedded");
        environment.put("KUTENG_PROFLE", "simple");
        environment.put("KUTENG_WHATEVER", "x");
        systemProperties.setProperty("kuteng.queue.typ", "quorum");
        arguments.put("kuteng.frobnicate", "1");

        assertProblems(
                "unknown environment variable KUTENG_BROKR (did you mean KUTENG_BROKER?)",
                "unknown environment variable KUTENG_PROFLE (did you mean KUTENG_PROFILE?)",
                "unknown environment variable KUTENG_WHATEVER; './kuteng settings' lists them all",
                "unknown setting 'kuteng.borker' (" + file + "), did you mean 'kuteng.broker'?",
                "unknown setting 'kuteng.frobnicate' (--set); './kuteng settings' lists them all",
                "unknown setting 'kuteng.queue.typ' (-Dkuteng.queue.typ), did you mean 'kuteng.queue.type'?");
    }

    @Test
    void whatBelongsToOthersIsNotRefused() {
        environment.put("KUTENG_JAVA_OPTS", "-Xmx64m");
        environment.put("KUTENG_TEST_BROKER", "amqp://h");
        environment.put("PATH", "/bin");
        systemProperties.setProperty("kuteng.test.jar", "kuteng.jar");
        systemProperties.setProperty("user.name", "x");
        arguments.put("consumer-1.prefetchCount", "10");

        assertEquals("10", load().others().get("consumer-1.prefetchCount").text());
        assertFalse(load().others().containsKey("user.name"));
    }

    @Test
    void theProfileVariableIsNoPrefix() {
        environment.put("KUTENG_PROFILES", "simple");

        assertProblems("unknown environment variable KUTENG_PROFILES (did you mean KUTENG_PROFILE?)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "kuteng.queue.type | quorm | it is none of durable, quorum, transient (did you mean 'quorum'?)",
                "kuteng.acknowledgeMode | sometimes | it is none of none, manual, auto",
                "kuteng.confirm | yes | it is neither true nor false",
                "kuteng.confirm.window | many | it is not a whole number",
                "kuteng.confirm.window | 0 | it is not between 1 and 1000000",
                "kuteng.embedded.port | 65536 | it is not between 0 and 65535",
                "kuteng.embedded.port | 99999999999 | it is not a whole number",
                "kuteng.confirm.timeout | soon | it is not a duration such as 500ms, 30s, 10m, 7d",
                "kuteng.confirm.timeout | -1s | it is not a duration such as 500ms, 30s, 10m, 7d",
                "kuteng.confirm.timeout | 0s | it is not between 1ms and 1d",
                "kuteng.confirm.timeout | 2d | it is not between 1ms and 1d",
                "kuteng.confirm.timeout | 99999999999999999999ms | it is longer than any duration",
                "kuteng.confirm.timeout | 999999999999999999d | it is longer than any duration",
                "kuteng.broker.heartbeat | 500ms | it is not between 1s and 18h",
                "kuteng.broker.retryDelay | 0ms | it is not between 10ms and 1d",
                "kuteng.message.maxSize | big | it is not a size such as 500KiB, 20MiB, 1GiB, or a number of bytes",
                "kuteng.message.maxSize | 20TiB | it is not a size such as 500KiB, 20MiB, 1GiB, or a number of bytes",
                "kuteng.message.maxSize | 20 | it is not between 1KiB and 1GiB",
                "kuteng.message.maxSize | 2GiB | it is not between 1KiB and 1GiB",
                "kuteng.message.maxSize | 9999999999GiB | it is not between 1KiB and 1GiB",
                "kuteng.retry.delays | 1s,0s | a delay has to be longer than nothing",
                "kuteng.retry.delays | 60d | it is not between 0ms and 45d",
                "kuteng.broker | embeded | it is neither 'embedded' nor a URI such as"
                        + " amqp://user:password@host:5672/vhost (did you mean 'embedded'?)",
                "kuteng.broker | rabbit.example | it is neither 'embedded' nor a URI such as"
                        + " amqp://user:password@host:5672/vhost",
                "kuteng.broker | amqp://u:***@h:x | 'amqp://u:***@h:x' has no valid host and port (special characters in"
                        + " user or password are written %40 for @, %2F for /)",
            })
    void aWrongValueIsSaidWithItsKeyItsSourceAndWhatIsWrong(String key, String shown, String problem) {
        arguments.put(key, shown.replace("***", "secret"));

        assertProblems(key + " is '" + shown + "' (--set): " + problem);
    }

    @ParameterizedTest
    @CsvSource({"4096, 4096", "500KiB, 512000", "20MiB, 20971520", "20MB, 20971520", "1GiB, 1073741824"})
    void aSizeIsANumberOfBytesOrHasAUnit(String text, int bytes) {
        arguments.put("kuteng.message.maxSize", text);

        assertEquals(bytes, load().get(Setting.MESSAGE_MAX_SIZE));
    }

    @Test
    void theLargestMessageFitsTheHeapUnlessToldOtherwise() {
        long heap = Runtime.getRuntime().maxMemory();

        assertEquals((int) Math.min(64 << 20, heap / 8), load().get(Setting.MESSAGE_MAX_SIZE));
    }

    @Test
    @EnabledForJreRange(max = JRE.JAVA_20)
    void virtualThreadsAreRefusedWhereThereAreNone() {
        arguments.put("kuteng.virtualThreads", "false");
        assertFalse(load().get(Setting.VIRTUAL_THREADS));
        arguments.put("kuteng.virtualThreads", "true");

        assertProblems(
                "kuteng.virtualThreads is 'true' (--set): virtual threads need Java 21 or later, and this is Java "
                        + System.getProperty("java.version") + " (JAVA_HOME chooses another one)");
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void virtualThreadsAreTakenWhereThereAreSome() {
        assertFalse(load().get(Setting.VIRTUAL_THREADS));
        arguments.put("kuteng.virtualThreads", "true");

        assertTrue(load().get(Setting.VIRTUAL_THREADS));
    }

    @Test
    void everyProblemIsSaidAtOnce() throws IOException {
        String file = file("application.properties", "kuteng.confirm = yes", "kuteng.nonsense.at.all = 1");
        environment.put("KUTENG_QUEUE_TYPE", "blue");

        assertProblems(
                "kuteng.confirm is 'yes' (" + file + "): it is neither true nor false",
                "unknown setting 'kuteng.nonsense.at.all' (" + file + "); './kuteng settings' lists them all",
                "kuteng.queue.type is 'blue' (KUTENG_QUEUE_TYPE): it is none of durable, quorum, transient");
    }

    @ParameterizedTest
    @CsvSource({"250ms, PT0.25S", "250, PT0.25S", "1s, PT1S", "30 s, PT30S", "10m, PT10M", "2h, PT2H", "1d, PT24H"})
    void aDurationHasAUnitOrIsInMilliseconds(String text, Duration duration) {
        arguments.put("kuteng.stop.timeout", text);

        assertEquals(duration, load().get(Setting.STOP_TIMEOUT));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1ms", "250ms", "1s", "90s", "2m", "90m", "3h", "1d"})
    void aDurationIsWrittenAsItIsRead(String text) {
        assertEquals(
                text,
                SettingType.text(SettingType.duration(Duration.ZERO, Duration.ofDays(1))
                        .parser()
                        .apply(text)));
    }

    @Test
    void aHeartbeatOfZeroMeansNever() {
        arguments.put("kuteng.broker.heartbeat", "0s");

        assertEquals(Duration.ZERO, load().get(Setting.HEARTBEAT));
    }

    @Test
    void aRouteMayHaveRetriesOfItsOwn() {
        arguments.put("kuteng.retry.delays", "1s");
        arguments.put("kuteng.route.consumer-1.retry.delays", "5s, 1m");

        Settings settings = load();

        assertEquals(
                List.of(Duration.ofSeconds(5), Duration.ofMinutes(1)),
                settings.get(Setting.RETRY_DELAYS, "consumer-1"));
        assertEquals(List.of(Duration.ofSeconds(1)), settings.get(Setting.RETRY_DELAYS, "consumer-2"));
    }

    @Test
    void aFileThatIsNoPropertiesFileIsSaid() throws IOException {
        String file = file("application.properties", "kuteng.broker = \\uZZZZ");

        assertProblems(file + " cannot be read: Malformed \\uxxxx encoding.");
    }

    @Test
    void valuesInAFileAreUtf8() throws IOException {
        file("application.properties", "queue.name = qu\u00e9");

        assertEquals("qué", load().others().get("queue.name").text());
    }

    private Settings load() {
        return Settings.load(new Settings.Sources(folder, profile, environment, systemProperties, arguments));
    }

    private void assertWindow(int expected, String source) {
        Settings settings = load();
        assertEquals(expected, settings.get(Setting.CONFIRM_WINDOW));
        assertEquals(new Settings.Value(String.valueOf(expected), source), settings.value(Setting.CONFIRM_WINDOW));
    }

    private void assertProblems(String... lines) {
        ConfigurationException thrown = assertThrows(ConfigurationException.class, this::load);
        assertEquals(
                String.join(System.lineSeparator(), sorted(lines)),
                String.join(System.lineSeparator(), sorted(thrown.getMessage().split(System.lineSeparator()))));
    }

    private static String[] sorted(String[] lines) {
        String[] sorted = lines.clone();
        java.util.Arrays.sort(sorted);
        return sorted;
    }

    private String file(String name, String... lines) throws IOException {
        Path file = folder.resolve(name);
        Files.write(file, List.of(lines));
        return file.toString();
    }
}
