package org.kuteng.app.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The shipped route files are written as Camel's visual editors read and write them: by the canonical schema, which has
 * no short forms. It came with a later Camel than the one in use; the build fetches it.
 */
class CanonicalRoutesTest {
    private static final JsonSchema CANONICAL = canonical();

    @ParameterizedTest
    @MethodSource("shipped")
    void eachShippedFileIsCanonical(Path file) throws IOException {
        assertEquals(Set.of(), CANONICAL.validate(Files.readString(file), InputFormat.YAML));
    }

    @Test
    void aShortFormIsNot() {
        assertFalse(CANONICAL
                .validate("- route: {from: {uri: 'timer:a', steps: [{log: hello}]}}", InputFormat.YAML)
                .isEmpty());
    }

    static Stream<Path> shipped() throws IOException {
        return ShippedRoutes.files();
    }

    private static JsonSchema canonical() {
        try (InputStream in = CanonicalRoutesTest.class.getResourceAsStream("/schema/camelYamlDsl-canonical.json")) {
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4).getSchema(in);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
