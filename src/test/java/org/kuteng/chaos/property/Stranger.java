package org.kuteng.chaos.property;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Properties and headers such as a program may send that knows nothing of kuteng, or means harm. */
final class Stranger {
    private static final int DEEPEST = 4;
    private static final String[] BOOKKEEPING = {
        "x-death",
        "x-delivery-count",
        "x-acquired-count",
        "x-first-death-queue",
        "x-first-death-reason",
        "x-first-death-exchange",
        "x-last-death-queue",
        "x-last-death-reason",
        "x-last-death-exchange",
        "x-opt-delivery-count"
    };
    private static final String[] KUTENGS = {
        "kuteng-attempts",
        "kuteng-crashes",
        "kuteng-dead-id",
        "kuteng-queue",
        "kuteng-route",
        "kuteng-first-failure",
        "kuteng-last-failure",
        "kuteng-expiration",
        "kuteng-cc",
        "kuteng-user-id"
    };

    private final Random random;
    private final String copies;
    private int copiesWanted;

    /** @param copies the queue that CC names */
    Stranger(long seed, String copies) {
        this.random = new Random(seed ^ 0x5DEECE66DL);
        this.copies = copies;
    }

    /** How many messages name that queue. */
    int copiesWanted() {
        return copiesWanted;
    }

    BasicProperties properties(boolean mayWantCopies) {
        BasicProperties.Builder properties = new BasicProperties.Builder().headers(headers(mayWantCopies));
        if (random.nextBoolean()) {
            properties.contentType(pick("text/plain", "application/octet-stream", "application/json", "x", ""));
        }
        if (random.nextBoolean()) {
            properties.contentEncoding(pick("UTF-8", "gzip", "nonsense"));
        }
        if (random.nextBoolean()) {
            properties.deliveryMode(random.nextBoolean() ? 2 : 1);
        }
        if (random.nextBoolean()) {
            properties.messageId(pick("the same", "\u001b[31m", "", "m" + random.nextInt()));
        }
        if (random.nextBoolean()) {
            properties.correlationId(pick("c", "", "\r\n"));
            properties.replyTo(pick("nobody", "amq.rabbitmq.trace", ""));
        }
        if (random.nextBoolean()) {
            properties.priority(random.nextInt(256));
            properties.timestamp(new Date(random.nextInt(Integer.MAX_VALUE) * 1_000L));
            properties.type("type").appId("app");
        }
        return properties.build();
    }

    private Map<String, Object> headers(boolean mayWantCopies) {
        Map<String, Object> headers = new HashMap<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            headers.put(pick("h", "a-b", "camel", "CamelFileName", "breadcrumbId", "with space", "é") + i, value(0));
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            headers.put(pick(BOOKKEEPING), random.nextInt(3) == 0 ? death() : value(0));
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            headers.put(pick(KUTENGS), random.nextBoolean() ? (Object) (random.nextInt(20) - 10) : value(0));
        }
        if (mayWantCopies && random.nextInt(4) == 0) {
            headers.put("CC", List.of(copies));
            copiesWanted++;
        }
        return headers;
    }

    /** As RabbitMQ writes it. */
    private Object death() {
        return List.of(Map.of(
                "queue", pick("elsewhere", copies),
                "reason", pick("expired", "rejected", "maxlen"),
                "exchange", "",
                "count", random.nextLong(),
                "time", new Date(),
                "routing-keys", List.of("elsewhere")));
    }

    private Object value(int depth) {
        return switch (random.nextInt(depth < DEEPEST ? 15 : 13)) {
            case 0 -> "text " + random.nextInt();
            case 1 -> random.nextInt();
            case 2 -> random.nextLong();
            case 3 -> (short) random.nextInt();
            case 4 -> (byte) random.nextInt();
            case 5 -> random.nextBoolean();
            case 6 -> random.nextFloat();
            case 7 -> random.nextDouble();
            case 8 -> BigDecimal.valueOf(random.nextInt(), random.nextInt(10));
            case 9 -> new Date(random.nextInt() * 1_000L);
            case 10 -> new byte[] {0, (byte) 0xff, (byte) random.nextInt()};
            case 11 -> null;
            case 12 -> "";
            case 13 -> {
                Map<String, Object> table = new HashMap<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    table.put("k" + i, value(depth + 1));
                }
                yield table;
            }
            default -> {
                List<Object> list = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    list.add(value(depth + 1));
                }
                yield list;
            }
        };
    }

    private String pick(String... of) {
        return of[random.nextInt(of.length)];
    }
}
