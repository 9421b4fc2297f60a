package org.kuteng.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionsTest {
    private static final List<String> KNOWN = List.of("log", "to", "toD", "setBody", "concurrentConsumers", "timer");

    @ParameterizedTest
    @CsvSource({
        "lgo, log",
        "LOG, log",
        "too, to",
        "setbody, setBody",
        "stBody, setBody",
        "concurentConsumer, concurrentConsumers",
        "timr, timer",
    })
    void theNearestNameIsSuggested(String wrong, String meant) {
        assertEquals(Optional.of(meant), Suggestions.closest(wrong, KNOWN));
        assertEquals(" (did you mean '" + meant + "'?)", Suggestions.didYouMean(wrong, KNOWN));
    }

    @ParameterizedTest
    @CsvSource({"frobnicate", "x1y2", "consumers"})
    void nothingIsSuggestedWhenNothingIsNear(String wrong) {
        assertEquals(Optional.empty(), Suggestions.closest(wrong, KNOWN));
        assertEquals("", Suggestions.didYouMean(wrong, KNOWN));
    }
}
