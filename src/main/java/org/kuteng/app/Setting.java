package org.kuteng.app;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.kuteng.broker.BrokerUri;
import org.kuteng.broker.ConnectionSettings;
import org.kuteng.broker.EmbeddedBroker;
import org.kuteng.broker.QueueType;
import org.kuteng.failure.RetrySettings;
import org.kuteng.once.DatabaseSettings;
import org.kuteng.once.OnceMode;
import org.kuteng.once.OnceSettings;
import org.kuteng.publish.PublishSettings;
import org.kuteng.work.AckSettings;
import org.kuteng.work.WorkerSettings;
import org.springframework.amqp.core.AcknowledgeMode;

/**
 * Every key that begins with {@code kuteng.}: its type, its default and what it means. There is no other place where
 * one is defined.
 *
 * @param defaultText the default as a user would write it; null: unset
 * @param description what it means, and what leaving it unset means
 */
public record Setting<T>(String key, SettingType<T> type, String defaultText, String description) {

    /** Bounds of {@link #MESSAGE_MAX_SIZE}, in bytes: less is a mistake in the unit, more is in no array. */
    private static final int SMALLEST_LIMIT = 1 << 10;

    private static final int LARGEST_LIMIT = 1 << 30;

    public static final Setting<List<BrokerUri>> BROKER = new Setting<>(
            "kuteng.broker",
            SettingType.BROKER,
            "embedded",
            "where messages live: 'embedded' starts a broker in this process; amqp:// or amqps:// URIs name RabbitMQ,"
                    + " comma-separated for the nodes of a cluster");

    public static final Setting<Duration> HEARTBEAT = new Setting<>(
            "kuteng.broker.heartbeat",
            // AMQP counts it in whole seconds, with 16 bits
            SettingType.durationOrNever(Duration.ofSeconds(1), Duration.ofHours(18)),
            SettingType.text(ConnectionSettings.DEFAULT_HEARTBEAT),
            "a connection that is silent for a bit more than twice as long is lost; 0s: never");

    public static final Setting<Duration> CONNECT_TIMEOUT = duration(
            "kuteng.broker.connectTimeout",
            Duration.ofMillis(1),
            ConnectionSettings.DEFAULT_CONNECT_TIMEOUT,
            "how long one node of the broker may take to accept a connection before the next is tried");

    public static final Setting<Duration> RETRY_DELAY = duration(
            "kuteng.broker.retryDelay",
            Duration.ofMillis(10),
            ConnectionSettings.DEFAULT_RETRY_DELAY,
            "pause after the first failed attempt to reach the broker; the next ones grow up to ten times as long");

    public static final Setting<Integer> MESSAGE_MAX_SIZE = new Setting<>(
            "kuteng.message.maxSize",
            SettingType.wordOrSize("auto", ConnectionSettings.defaultMaxMessageSize(), SMALLEST_LIMIT, LARGEST_LIMIT),
            "auto",
            "largest body of a message, as in 500KiB or 20MiB; a larger one is not sent, and not worked on when it"
                    + " arrives; auto: 64MiB, or an eighth of the heap if that is less");

    public static final Setting<Path> CA_FILE = new Setting<>(
            "kuteng.tls.caFile",
            SettingType.PATH,
            null,
            "PEM file with the authorities to trust with amqps://; unset: those that the JVM trusts");

    public static final Setting<Boolean> VERIFY_HOST_NAME = new Setting<>(
            "kuteng.tls.verifyHostName",
            SettingType.BOOLEAN,
            "true",
            "whether the broker's certificate has to be made out for the host of the URI");

    public static final Setting<Integer> EMBEDDED_PORT = new Setting<>(
            "kuteng.embedded.port",
            SettingType.wholeNumber(0, 65_535),
            String.valueOf(EmbeddedBroker.DEFAULT_PORT),
            "port of the embedded broker on 127.0.0.1; if it is taken, 'run' takes a free one; 0: any free one");

    public static final Setting<Path> EMBEDDED_STORE = new Setting<>(
            "kuteng.embedded.store",
            SettingType.PATH,
            null,
            "folder in which the embedded broker keeps durable queues and messages over a restart; unset: in memory");

    public static final Setting<QueueType> QUEUE_TYPE = new Setting<>(
            "kuteng.queue.type",
            SettingType.choice(QueueType.class),
            text(QueueType.DURABLE),
            "how queues are declared: durable, quorum (replicated in a cluster), or transient (gone with the broker)");

    public static final Setting<Boolean> SINGLE_ACTIVE_CONSUMER = new Setting<>(
            "kuteng.queue.singleActiveConsumer",
            SettingType.BOOLEAN,
            "false",
            "whether a queue gives its messages to one consumer at a time, in order; the others wait for its end");

    public static final Setting<AcknowledgeMode> ACKNOWLEDGE_MODE = new Setting<>(
            "kuteng.acknowledgeMode",
            SettingType.choice(AcknowledgeMode.class),
            text(AcknowledgeMode.AUTO),
            "auto: a message is acknowledged after its work; manual: the route does it; none: the broker forgets it"
                    + " when it sends it (messages can be lost)");

    public static final Setting<Integer> ACK_MESSAGES = new Setting<>(
            "kuteng.ack.messages",
            SettingType.wordOrNumber("auto", AckSettings.AUTO, 1, 65_535),
            "auto",
            "how many messages whose work is done may be acknowledged together; auto: a quarter of prefetchCount, at"
                    + " most 100; after a crash they are done again");

    public static final Setting<Duration> ACK_DELAY = duration(
            "kuteng.ack.delay",
            Duration.ofMillis(1),
            AckSettings.DEFAULT_DELAY,
            "how long an acknowledgement may wait for others while there is more work");

    public static final Setting<Boolean> CONFIRM = new Setting<>(
            "kuteng.confirm",
            SettingType.BOOLEAN,
            "true",
            "whether a send waits until the broker has the message; false: messages can be lost");

    public static final Setting<Duration> CONFIRM_TIMEOUT = duration(
            "kuteng.confirm.timeout",
            Duration.ofMillis(1),
            PublishSettings.DEFAULT_CONFIRM_TIMEOUT,
            "how long the broker may take to confirm a message before the send fails");

    public static final Setting<Integer> CONFIRM_WINDOW = new Setting<>(
            "kuteng.confirm.window",
            SettingType.wholeNumber(1, 1_000_000),
            String.valueOf(PublishSettings.DEFAULT_WINDOW),
            "how many messages to one queue or exchange may be unconfirmed at a time; further senders block");

    public static final Setting<Boolean> CONFIRM_SEND_AGAIN = new Setting<>(
            "kuteng.confirm.sendAgain",
            SettingType.BOOLEAN,
            "true",
            "what was unconfirmed when the connection broke: true sends it again (it may arrive twice), false fails it");

    public static final Setting<Boolean> CONFIRM_EACH = new Setting<>(
            "kuteng.confirm.each",
            SettingType.BOOLEAN,
            "false",
            "whether a worker, or a split, waits for the confirmation of its last send before the next message, or part;"
                    + " true: slower, and in order even if the broker refuses a message for a while");

    public static final Setting<Duration> STOP_TIMEOUT = duration(
            "kuteng.stop.timeout",
            Duration.ZERO,
            WorkerSettings.DEFAULT_STOP_TIMEOUT,
            "how long a stop takes at most, from the signal to the end of the process: one time for the messages in hand,"
                    + " timers and unconfirmed sends; what is not done in it goes back to its queue");

    public static final Setting<Boolean> VIRTUAL_THREADS = new Setting<>(
            "kuteng.virtualThreads",
            SettingType.booleanSince(WorkerSettings.VIRTUAL_THREADS_SINCE, "virtual threads"),
            "false",
            "whether workers work on virtual threads, for hundreds of concurrentConsumers whose work waits for something"
                    + " else; needs Java " + WorkerSettings.VIRTUAL_THREADS_SINCE + " or later");

    public static final Setting<List<Duration>> RETRY_DELAYS = new Setting<>(
            "kuteng.retry.delays",
            SettingType.DURATIONS,
            SettingType.text(RetrySettings.DEFAULT_DELAYS),
            "how long failed work waits before each further attempt, comma-separated; 'none': the first failure buries"
                    + "; for one route: kuteng.route.ID.retry.delays");

    public static final Setting<List<String>> RETRY_GIVE_UP = new Setting<>(
            "kuteng.retry.giveUp",
            SettingType.NAMES,
            null,
            "exception classes, comma-separated, that bury at once; unset: every exception is attempted again;"
                    + " for one route: kuteng.route.ID.retry.giveUp");

    public static final Setting<Integer> RETRY_CRASHES = new Setting<>(
            "kuteng.retry.crashes",
            SettingType.wholeNumber(2, 1_000_000),
            String.valueOf(RetrySettings.DEFAULT_CRASHES),
            "how many times a message may have been in hand when its worker ended before it is buried;"
                    + " for one route: kuteng.route.ID.retry.crashes");

    public static final Setting<OnceMode> ONCE = new Setting<>(
            "kuteng.once",
            SettingType.choice(OnceMode.class),
            text(OnceMode.OFF),
            "off: every delivery is worked on; memory, jdbc: a message whose work is done is skipped when it comes again,"
                    + " as this process knows it, or as the database does; for one route: kuteng.route.ID.once");

    public static final Setting<Integer> ONCE_MEMORY_KEYS = new Setting<>(
            "kuteng.once.memory.keys",
            SettingType.wholeNumber(1, 100_000_000),
            String.valueOf(OnceSettings.DEFAULT_MEMORY_KEYS),
            "how many messages kuteng.once=memory remembers; the oldest are forgotten first");

    public static final Setting<Duration> ONCE_RETENTION = new Setting<>(
            "kuteng.once.retention",
            SettingType.duration(Duration.ofSeconds(1), Duration.ofDays(3650)),
            SettingType.text(OnceSettings.DEFAULT_RETENTION),
            "how long a message is remembered; if it comes again later, it is worked on again");

    public static final Setting<String> DATABASE_URL = new Setting<>(
            "kuteng.database.url",
            SettingType.DATABASE_URL,
            DatabaseSettings.DEFAULT_URL,
            "the database of kuteng.once=jdbc, and of sql: and jdbc: steps that name no other: jdbc:h2:PATH (a file) or"
                    + " jdbc:postgresql://host:5432/name; not opened unless it is set or needed");

    public static final Setting<String> DATABASE_USER = new Setting<>(
            "kuteng.database.user",
            SettingType.TEXT,
            null,
            "user of the database; unset: H2: kuteng, PostgreSQL: the user of the operating system");

    public static final Setting<String> DATABASE_PASSWORD = new Setting<>(
            "kuteng.database.password",
            SettingType.TEXT,
            null,
            "password of that user; unset: H2 in a file: one that kuteng makes and keeps in PATH.password, else none;"
                    + " never shown");

    public static final Setting<Path> ROUTES = new Setting<>(
            "kuteng.routes", SettingType.PATH, "routes", "folder with the route files (*.yaml, *.yml), or one file");

    public static final Setting<Boolean> RELOAD = new Setting<>(
            "kuteng.reload",
            SettingType.BOOLEAN,
            "true",
            "whether route files that change while they run are taken over; false: at the next start");

    /** All of them, in the order in which they are shown. */
    public static final List<Setting<?>> ALL = List.of(
            BROKER,
            HEARTBEAT,
            CONNECT_TIMEOUT,
            RETRY_DELAY,
            MESSAGE_MAX_SIZE,
            CA_FILE,
            VERIFY_HOST_NAME,
            EMBEDDED_PORT,
            EMBEDDED_STORE,
            QUEUE_TYPE,
            SINGLE_ACTIVE_CONSUMER,
            ACKNOWLEDGE_MODE,
            ACK_MESSAGES,
            ACK_DELAY,
            CONFIRM,
            CONFIRM_TIMEOUT,
            CONFIRM_WINDOW,
            CONFIRM_SEND_AGAIN,
            CONFIRM_EACH,
            STOP_TIMEOUT,
            VIRTUAL_THREADS,
            RETRY_DELAYS,
            RETRY_GIVE_UP,
            RETRY_CRASHES,
            ONCE,
            ONCE_MEMORY_KEYS,
            ONCE_RETENTION,
            DATABASE_URL,
            DATABASE_USER,
            DATABASE_PASSWORD,
            ROUTES,
            RELOAD);

    /** What keys for one route begin with: {@code kuteng.route.ID.retry.delays}. */
    public static final String ROUTE_PREFIX = "kuteng.route.";

    /** Those that a route may have of its own. */
    static final List<Setting<?>> OF_ROUTES = List.of(RETRY_DELAYS, RETRY_GIVE_UP, RETRY_CRASHES, ONCE);

    /** The key of this setting for one route. */
    String keyForRoute(String routeId) {
        return ROUTE_PREFIX + routeId + "." + key.substring("kuteng.".length());
    }

    /** Of at most a day: more is a mistake in the unit. */
    private static Setting<Duration> duration(String key, Duration least, Duration defaultValue, String description) {
        return new Setting<>(
                key, SettingType.duration(least, Duration.ofDays(1)), SettingType.text(defaultValue), description);
    }

    private static String text(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** The name of the environment variable that overrides it: {@code KUTENG_EMBEDDED_STORE}. */
    public String environmentName() {
        return key.replace('.', '_').toUpperCase(Locale.ROOT);
    }
}
