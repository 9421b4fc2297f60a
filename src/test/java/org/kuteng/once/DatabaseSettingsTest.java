package org.kuteng.once;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseSettingsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:mysql://127.0.0.1/kuteng",
                "postgresql://127.0.0.1/kuteng",
                "jdbc:postgresql://kuteng:SECRET@127.0.0.1/kuteng",
                "jdbc:postgresql://127.0.0.1/kuteng?user=a&password=SECRET",
                "jdbc:h2:./data/kuteng;PASSWORD=SECRET",
            })
    void anotherDatabaseAndAPasswordInTheUrlAreRefused(String url) {
        var refused = assertThrows(IllegalArgumentException.class, () -> DatabaseSettings.checkedUrl(url));
        assertFalse(refused.getMessage().contains("SECRET"));
        assertFalse(DatabaseSettings.masked(url).contains("SECRET"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"jdbc:h2:./data/kuteng", "jdbc:postgresql://127.0.0.1:5432/kuteng?ssl=true"})
    void oneOfTheTwoIsTaken(String url) {
        assertEquals(url, DatabaseSettings.checkedUrl(url));
        assertEquals(url, DatabaseSettings.masked(url));
    }

    @ParameterizedTest
    @CsvSource({
        "jdbc:h2:./data/kuteng;AUTO_SERVER=TRUE, jdbc:h2:./data/kuteng",
        "jdbc:postgresql://127.0.0.1/kuteng?ssl=true, jdbc:postgresql://127.0.0.1/kuteng",
    })
    void messagesShowTheUrlWithoutItsOptions(String url, String shown) {
        assertEquals(shown, new DatabaseSettings(url, "kuteng", "SECRET").toString());
    }

    @Test
    void anH2FileIsSharedAndKeepsItsCommits() {
        assertEquals(
                "jdbc:h2:./data/kuteng;AUTO_SERVER=TRUE;WRITE_DELAY=0;RETENTION_TIME=1000;TRACE_LEVEL_FILE=0"
                        + ";TRACE_LEVEL_SYSTEM_OUT=0",
                Dialect.H2.complete("jdbc:h2:./data/kuteng"));
        assertEquals(
                "jdbc:h2:./data/kuteng;write_delay=5;AUTO_SERVER=TRUE;RETENTION_TIME=1000;TRACE_LEVEL_FILE=0"
                        + ";TRACE_LEVEL_SYSTEM_OUT=0",
                Dialect.H2.complete("jdbc:h2:./data/kuteng;write_delay=5"));
    }

    @Test
    void anH2ServerIsTakenAsItIs() {
        assertEquals("jdbc:h2:tcp://127.0.0.1:9092/kuteng", Dialect.H2.complete("jdbc:h2:tcp://127.0.0.1:9092/kuteng"));
    }
}
