package org.kuteng.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.kuteng.app.ConfigurationException;
import org.kuteng.app.check.EditorSchema;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kuteng schema}: the JSON schema of route files, for editors. */
@Command(
        name = "schema",
        description = "Writes the JSON schema of route files, with the options of all components.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "An editor with a YAML language server uses it for the files that begin with the line",
            "# yaml-language-server: $$schema=FILE",
            "where FILE is relative to the folder of the route file."
        })
final class SchemaCommand implements Callable<Integer> {
    @Parameters(arity = "0..1", paramLabel = "FILE", description = "where to; the standard output if it is not given")
    private Path file;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        String schema = EditorSchema.text();
        if (file == null) {
            spec.commandLine().getOut().print(schema);
            spec.commandLine().getOut().flush();
            return 0;
        }
        try {
            if (file.toAbsolutePath().getParent() != null) {
                Files.createDirectories(file.toAbsolutePath().getParent());
            }
            Files.writeString(file, schema, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new ConfigurationException("cannot write " + file + ": " + e.getMessage());
        }
        return 0;
    }
}
