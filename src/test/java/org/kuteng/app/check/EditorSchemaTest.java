package org.kuteng.app.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What an editor says of route files with the schema that {@code kuteng schema} writes, as a validator says it. */
class EditorSchemaTest {
    private static final String MODELINE = "# yaml-language-server: $schema=";

    private static final String TEXT = EditorSchema.text();
    private static final JsonSchema SCHEMA =
            JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema(TEXT);

    @ParameterizedTest
    @MethodSource("right")
    void anEditorFindsNoFaultInARightFile(Path file) throws IOException {
        assertEquals(Set.of(), faults(Files.readString(file)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "from: {uri: timer, parameters: {timerName: a, perid: 1s}, steps: []}",
                "from: {uri: 'timer:a', parameters: {perid: 1s}, steps: []}",
                "from: {uri: 'spring-rabbitmq:default', parameters: {queues: a, concurentConsumers: 1}, steps: []}",
                "from: {uri: 'spring-rabbitmq:default', parameters: {queues: a, prefetchCount: many}, steps: []}",
                "from: {uri: 'spring-rabbitmq:default', parameters: {queues: a, acknowledgeMode: MANUEL}, steps: []}",
                "from: {uri: 'spring-rabbitmq:default', parameters: {queues: a, maximumRetryAttempts: 3}, steps: []}",
                "from: {uri: 'timer:a', parameters: {fixedRate: perhaps}, steps: []}",
                "from: {uri: 'timer:a', steps: [{to: {uri: 'log:a', parameters: {leve: INFO}}}]}",
                "from: {uri: 'timer:a', steps: [{lgo: hello}]}",
                "{autoStartup: perhaps, from: {uri: 'timer:a', steps: []}}",
                "{startupOrder: first, from: {uri: 'timer:a', steps: []}}",
            })
    void anEditorFindsAWrongStepOrOptionOrValue(String route) {
        String element = route.startsWith("{") ? route : "{" + route + "}";

        assertTrue(!faults("- route: " + element).isEmpty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "from: {uri: timer, parameters: {timerName: a, period: '{{producer.period}}'}, steps: []}",
                "from: {uri: 'spring-rabbitmq:default', parameters: {queues: a, prefetchCount: '{{n}}'}, steps: []}",
                "from: {uri: 'spring-rabbitmq:default', parameters: {queues: a, acknowledgeMode: '{{m}}'}, steps: []}",
                "from: {uri: 'spring-rabbitmq:work', parameters: {queues: a, arg.queue.x-max-length: 5}, steps: []}",
                "from: {uri: 'timer:a', parameters: {repeat-count: 5}, steps: []}",
                "from: {uri: 'timer:a', steps: [{setBody: {constant: 4000}}]}",
                "from: {uri: 'nobody:knows', parameters: {any: 5}, steps: []}",
                "{autoStartup: '{{start}}', from: {uri: 'timer:a', steps: []}}",
                "{startupOrder: '{{order}}', from: {uri: 'timer:a', steps: []}}",
            })
    void anEditorTakesWhatCamelTakes(String route) {
        String element = route.startsWith("{") ? route : "{" + route + "}";

        assertEquals(Set.of(), faults("- route: " + element));
    }

    @ParameterizedTest
    @MethodSource("shipped")
    void eachShippedFileLeadsAnEditorToTheSchemaThatTheBuildWrites(Path file) throws IOException {
        String first = Files.readAllLines(file).get(0);

        assertTrue(first.startsWith(MODELINE), first);
        Path schema = file.resolveSibling(first.substring(MODELINE.length())).normalize();
        assertEquals(TEXT, Files.readString(schema));
    }

    @Test
    void anOptionIsExplainedToTheWriter() {
        assertTrue(TEXT.contains("\"prefetchCount\":{\"description\":\"Tell the broker how many messages to send"));
    }

    private static Set<String> faults(String yaml) {
        return SCHEMA.validate(yaml, com.networknt.schema.InputFormat.YAML).stream()
                .map(ValidationMessage::toString)
                .collect(Collectors.toSet());
    }

    static Stream<Path> right() throws IOException {
        // an editor is told one spelling of each name
        Stream<Path> good = RouteCheckTest.goodRouteLists().filter(file -> !file.endsWith("spellings.camel.yaml"));
        return Stream.concat(shipped(), good);
    }

    static Stream<Path> shipped() throws IOException {
        return ShippedRoutes.files();
    }
}
