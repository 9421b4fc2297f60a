package org.kuteng.broker;

import com.rabbitmq.client.AMQP;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One argument in which a queue that exists differs from the one that was declared, as RabbitMQ tells it when it refuses
 * the declaration. It tells the first that it finds and no more.
 *
 * @param argument its name, as {@code x-queue-type}; or {@code durable}, {@code exclusive}, {@code auto_delete}
 * @param here what was declared; null: it was not set
 * @param there what the queue has; null: it is not set
 * @param virtualHost where the queue is
 */
record Difference(String argument, Object here, Object there, String virtualHost) {

    /** RabbitMQ writes a value with its type if one side has none, else the value alone. */
    private static final Pattern VALUE =
            Pattern.compile("^(?:the value )?'(.*?)'(?: of type '(.*)')?$", Pattern.DOTALL);

    private static final Pattern WHOLE_NUMBER = Pattern.compile("-?\\d{1,18}");

    /** Empty if the broker had another reason. */
    static Optional<Difference> in(Throwable refusal) {
        String reply = BrokerFaults.replyText(refusal);
        if (reply == null || BrokerFaults.replyCode(refusal) != AMQP.PRECONDITION_FAILED) {
            return Optional.empty();
        }
        return parse(reply);
    }

    /** @param reply RabbitMQ's own words */
    static Optional<Difference> parse(String reply) {
        Matcher text = BrokerFaults.INEQUIVALENT.matcher(reply);
        return text.find()
                ? Optional.of(new Difference(text.group(1), value(text.group(5)), value(text.group(6)), text.group(4)))
                : Optional.empty();
    }

    private static Object value(String text) {
        Matcher value = VALUE.matcher(text.trim());
        if (!value.matches()) {
            return null;
        }
        String plain = value.group(1);
        boolean isText = "longstr".equals(value.group(2));
        if (!isText && WHOLE_NUMBER.matcher(plain).matches()) {
            long number = Long.parseLong(plain);
            return number == (int) number ? (Object) (int) number : (Object) number;
        }
        boolean isTruth = !isText && (plain.equals("true") || plain.equals("false"));
        return isTruth ? (Object) Boolean.valueOf(plain) : plain;
    }

    /** Gives the argument the value that the queue has. */
    void takeOver(Map<String, Object> arguments) {
        if (there == null) {
            arguments.remove(argument);
        } else {
            arguments.put(argument, there);
        }
    }

    /** As in "x-queue-type is 'quorum' there, 'classic' here". */
    @Override
    public String toString() {
        return argument + " is " + quoted(there) + " there, " + quoted(here) + " here";
    }

    private static String quoted(Object value) {
        return value == null ? "not set" : "'" + value + "'";
    }
}
