package org.kuteng.rabbitmq;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointOptionsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "messageListenerContainerType | SMLC | kuteng has one kind of worker; leave it out",
                "maxConcurrentConsumers | 5 | it belongs to Spring's simple container; use concurrentConsumers",
                "retry | #retries | Spring's retries block a worker; failures go to kuteng's retry queues",
                "maximumRetryAttempts | 5 | Spring's retries block a worker; set kuteng.retry.delays",
                "retryDelay | 1000 | Spring's retries block a worker; set kuteng.retry.delays",
                "rejectAndDontRequeue | false | it would delete failed messages; failures go to the dead-letter queue",
            })
    void optionsThatWouldLoseMessagesOrDoNothingAreRefusedWithTheReason(String option, String value, String why) {
        assertEquals("option '" + option + "' of spring-rabbitmq is not supported: " + why, refusal(option, value));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "concurrentConsumers | abc | is 'abc', which is not a whole number",
                "concurrentConsumers | 1.5 | is '1.5', which is not a whole number",
                "concurrentConsumers | 0 | is 0, which is not between 1 and 2000",
                "concurrentConsumers | 2001 | is 2001, which is not between 1 and 2000",
                "concurrentConsumers | 9999999999999999999 | is '9999999999999999999', which is not a whole number",
                "prefetchCount | -1 | is -1, which is not between 0 and 65535",
                "prefetchCount | 65536 | is 65536, which is not between 0 and 65535",
                "prefetchCount | '' | is '', which is not a whole number",
                "replyTimeout | soon | is 'soon', which is not a duration such as 500, 5s or 1m30s",
                "confirmTimeout | 5x | is '5x', which is not a duration such as 500, 5s or 1m30s",
            })
    void aValueOfTheWrongTypeIsRefused(String option, String value, String problem) {
        assertEquals("option '" + option + "' of spring-rabbitmq " + problem, refusal(option, value));
    }

    @ParameterizedTest
    @CsvSource({
        "messageListenerContainerType, DMLC",
        "concurrentConsumers, 1",
        "concurrentConsumers, 2000",
        "concurrentConsumers, ' 7 '",
        "prefetchCount, 0",
        "prefetchCount, 65535",
        "prefetchCount, #bean:prefetch",
        "replyTimeout, 5000",
        "replyTimeout, -1",
        "confirmTimeout, 5s",
        "confirmTimeout, 1m30s",
        "confirmTimeout, 500ms",
        "routingKey, kuteng",
    })
    void whatHasAMeaningIsTaken(String option, String value) {
        assertDoesNotThrow(() -> EndpointOptions.check(Map.of(option, value)));
    }

    @Test
    void valuesThatAreNoTextAreTakenAsWell() {
        assertDoesNotThrow(() -> EndpointOptions.check(Map.of("concurrentConsumers", 5, "prefetchCount", 10L)));
    }

    @Test
    void argumentsGetTheTypesThatTheBrokerWants() {
        assertEquals(
                Map.of(
                        "consumer.x-priority",
                        10,
                        "queue.x-message-ttl",
                        60_000,
                        "queue.x-max-length-bytes",
                        5_000_000_000L,
                        "queue.x-single-active-consumer",
                        true,
                        "queue.durable",
                        false,
                        "queue.x-queue-type",
                        "quorum",
                        "queue.x-negative",
                        -1,
                        "queue.x-dotted",
                        "1.5",
                        "queue.x-list",
                        List.of("a")),
                EndpointOptions.typedArguments(Map.of(
                        "consumer.x-priority", "10",
                        "queue.x-message-ttl", "60000",
                        "queue.x-max-length-bytes", "5000000000",
                        "queue.x-single-active-consumer", "true",
                        "queue.durable", "false",
                        "queue.x-queue-type", "quorum",
                        "queue.x-negative", "-1",
                        "queue.x-dotted", "1.5",
                        "queue.x-list", List.of("a"))));
    }

    private static String refusal(String option, String value) {
        return assertThrows(IllegalArgumentException.class, () -> EndpointOptions.check(Map.of(option, value)))
                .getMessage();
    }
}
