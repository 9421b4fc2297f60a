package org.kuteng.failure;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.kuteng.broker.Broker;
import org.kuteng.broker.BrokerException;

/** Dead letters that nobody else can take until it is decided whether to discard them; closing puts them back. */
public final class HeldLetters implements AutoCloseable {
    private final DeadLetterReader reader;
    private final List<Long> tags = new ArrayList<>();

    HeldLetters(Broker broker, String deadQueue, Predicate<DeadLetter> wanted)
            throws IOException, InterruptedException {
        reader = DeadLetterReader.open(broker, deadQueue);
        try {
            reader.read(DeadLetterReader.UNLIMITED, (letter, tag) -> {
                if (wanted.test(letter)) {
                    tags.add(tag);
                }
                return true;
            });
        } catch (IOException | InterruptedException | RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    /** How many there are. */
    public int count() {
        return tags.size();
    }

    /**
     * Removes them for ever.
     *
     * @throws BrokerException if the connection broke: some of them may be there still
     */
    public void discard() {
        boolean all = tags.stream().allMatch(reader::acknowledge);
        if (!reader.finish() || !all) {
            throw new BrokerException(
                    BrokerException.Cure.TIME,
                    "the connection to the broker broke: not all of them were discarded",
                    null);
        }
    }

    @Override
    public void close() {
        reader.close();
    }
}
