package org.kuteng.app.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.camel.model.RouteDefinition;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Whether the options in which a step names a bean are still those that Camel describes as objects. */
class ReferenceCheckTest {
    /** What data formats need is told by their own libraries, none of which is here. */
    private static final Set<String> NOT_LOOKED_AT = Set.of("dataformat");
    /** A bean in the option "ref" or in the text of an expression. */
    private static final Set<String> BY_TYPE = Set.of("ref");

    @Test
    void everyOptionThatCamelDescribesAsAnObjectIsLookedUp() throws Exception {
        Set<String> described = objects();

        assertTrue(described.size() > 20, described::toString);
        described.removeAll(ReferenceCheck.BEAN_OPTIONS);
        described.removeAll(ReferenceCheck.THREAD_POOL_OPTIONS);
        described.removeAll(BY_TYPE);
        assertEquals(Set.of(), described);
    }

    private static Set<String> objects() throws Exception {
        Path jar = Path.of(RouteDefinition.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Set<String> names = new TreeSet<>();
        try (FileSystem files = FileSystems.newFileSystem(jar);
                Stream<Path> models = Files.walk(files.getPath("META-INF/org/apache/camel/model"))) {
            List<Path> described =
                    models.filter(path -> path.toString().endsWith(".json")).toList();
            for (Path model : described) {
                if (!NOT_LOOKED_AT.contains(model.getParent().getFileName().toString())) {
                    addObjects(model, names);
                }
            }
        }
        return names;
    }

    private static void addObjects(Path model, Set<String> names) throws IOException {
        JsonNode properties =
                JsonMapper.shared().readTree(Files.readString(model)).get("properties");
        for (Map.Entry<String, JsonNode> property : properties.properties()) {
            boolean attribute = property.getValue().get("kind").asString().equals("attribute");
            if (attribute && property.getValue().get("type").asString().equals("object")) {
                names.add(property.getKey());
            }
        }
    }
}
