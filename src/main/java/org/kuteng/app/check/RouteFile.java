package org.kuteng.app.check;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.YamlUnicodeReader;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/** Reads one file with the YAML reader that Camel uses, so that both understand it alike. */
final class RouteFile {
    private RouteFile() {}

    /** The file's content; when there is none, the report says why. */
    static Optional<Node> read(Path file, Report report) {
        Place whole = new Place(file, 0, 0);
        if (Files.isDirectory(file)) {
            report.error(whole, Files.isReadable(file) ? "is a folder, not a file" : "no permission to read it");
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(file)) {
            LoadSettings settings =
                    LoadSettings.builder().setAllowNonScalarKeys(true).build();
            StreamReader reader = new StreamReader(settings, new YamlUnicodeReader(in));
            Optional<Node> root = new Composer(settings, new ParserImpl(settings, reader)).getSingleNode();
            if (root.isEmpty()) {
                report.error(new Place(file, 1, 1), RouteCheck.NO_ROUTE);
            }
            return root;
        } catch (MarkedYamlEngineException e) {
            report.error(mark(e).map(mark -> Place.of(file, mark)).orElse(whole), "not valid YAML: " + cause(e));
        } catch (YamlEngineException e) {
            boolean notText = e.getCause() instanceof CharacterCodingException;
            report.error(whole, "not a YAML file: " + (notText ? "it is not a text in UTF-8" : firstLine(e)));
        } catch (NoSuchFileException e) {
            report.error(whole, "no such file");
        } catch (AccessDeniedException e) {
            report.error(whole, "no permission to read it");
        } catch (IOException e) {
            report.error(whole, "cannot be read: " + firstLine(e));
        }
        return Optional.empty();
    }

    /** The text of a file whose structure cannot be read; empty when there is no such text. */
    static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    /** What is open at the end of the file is found where it was opened. */
    private static Optional<Mark> mark(MarkedYamlEngineException e) {
        boolean open = e.getProblem().contains("end of stream");
        return open ? e.getContextMark().or(e::getProblemMark) : e.getProblemMark();
    }

    private static String cause(MarkedYamlEngineException e) {
        String context = e.getContext() == null ? "" : e.getContext() + ", ";
        return (context + e.getProblem()).replaceAll("\\s+", " ");
    }

    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
}
