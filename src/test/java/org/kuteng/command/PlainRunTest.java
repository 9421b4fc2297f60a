package org.kuteng.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The short way round picocli must read what picocli would have read. */
class PlainRunTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "run",
                "run consumer-1",
                "run consumer-* producer",
                "run run",
                "run -v",
                "run consumer-1 --verbose producer",
                "run --set a=b",
                "run --set a=b=c --set=d=e",
                "run --set a=b,c=d",
                "run --profile simple --broker amqp://u:p@h:5672/v?x=y",
                "run --profile=simple --routes=examples/fast -v one two",
                "run --broker embedded --routes routes/one.yaml",
            })
    void aPlainRunIsReadAsPicocliReadsIt(String line) {
        String[] words = line.split(" ");

        RunCommand plain = PlainRun.read(words).orElseThrow();

        RunCommand full = new RunCommand();
        new CommandLine(full).parseArgs(Arrays.copyOfRange(words, 1, words.length));
        assertEquals(read(full), read(plain));
    }

    private static List<Object> read(RunCommand command) {
        CommonOptions common = command.common();
        return List.of(
                command.routes(),
                Optional.ofNullable(command.place()),
                Optional.ofNullable(common.profile()),
                Map.copyOf(common.set()),
                Optional.ofNullable(common.broker()),
                common.verbose());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rnu",
                "settings",
                "dead list",
                "-v run",
                "run --help",
                "run -h",
                "run --profle x",
                "run --set",
                "run --set key",
                "run --set =value",
                "run --set key=",
                "run --set a=b --set a=c",
                "run --profile a --profile b",
                "run --profile",
                "run --profile -v",
                "run --profile=",
                "run -v -v",
                "run -vv",
                "run -- producer",
                "run @words",
                "run \"consumer-1\"",
                "run --verbose=false",
            })
    void whatIsNotPlainIsLeftToPicocli(String line) {
        assertTrue(PlainRun.read(line.split(" ")).isEmpty());
    }
}
