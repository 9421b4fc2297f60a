package org.kuteng.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouteFilesTest {
    @TempDir
    private Path folder;

    @Test
    void theYamlFilesOfAFolderAreTakenInOrder() throws IOException {
        create("b.camel.yaml", "a.camel.yaml", "c.yml", "d.yaml");

        assertEquals(List.of("a.camel.yaml", "b.camel.yaml", "c.yml", "d.yaml"), names(folder));
    }

    @Test
    void whatAnEditorKeepsBesideAFileIsNotTaken() throws IOException {
        create("a.yaml", ".a.yaml.swp", ".#a.yaml", "#a.yaml#", "#b.yaml", "a.yaml~", "a.yaml.bak", ".hidden.yaml");

        assertEquals(List.of("a.yaml"), names(folder));
    }

    @Test
    void foldersAreNotLookedInto() throws IOException {
        create("a.yaml");
        Files.createDirectories(folder.resolve("inner.yaml"));
        Files.createFile(folder.resolve("inner.yaml/b.yaml"));

        assertEquals(List.of("a.yaml"), names(folder));
    }

    @Test
    void oneFileMayBeNamedWhateverItIsCalled() throws IOException {
        create("routes.txt");

        assertEquals(List.of("routes.txt"), names(folder.resolve("routes.txt")));
    }

    @Test
    void aFolderWithoutARouteFileIsRefused() throws IOException {
        create("readme.md");

        assertEquals(
                "no route file in " + folder
                        + ": there is no *.yaml or *.yml file; kuteng.routes or --routes names another folder",
                refusal(folder));
    }

    @Test
    void aFolderThatDoesNotExistIsRefused() {
        Path missing = folder.resolve("missing");

        assertEquals(
                "no route file: there is no folder or file '" + missing
                        + "'; start kuteng where it is, or name another with kuteng.routes or --routes",
                refusal(missing));
    }

    @Test
    void aFolderThatMayNotBeReadIsRefused() {
        Assumptions.assumeTrue(folder.toFile().setReadable(false) && !Files.isReadable(folder), "root may read all");
        try {
            assertEquals("no permission to read the folder " + folder + "; check its access rights", refusal(folder));
        } finally {
            assertFalse(!folder.toFile().setReadable(true));
        }
    }

    private void create(String... names) throws IOException {
        for (String name : names) {
            Files.createFile(folder.resolve(name));
        }
    }

    private static List<String> names(Path place) {
        return RouteFiles.find(place).stream()
                .map(file -> file.getFileName().toString())
                .toList();
    }

    private static String refusal(Path place) {
        return assertThrows(ConfigurationException.class, () -> RouteFiles.find(place))
                .getMessage();
    }
}
