package org.kuteng.app;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.apache.camel.dsl.support.SourceLoader;
import org.apache.camel.spi.Resource;

/** Reads route files as UTF-8; Camel's own way takes the platform's charset, which under LC_ALL=C knows no é. */
final class Utf8Sources implements SourceLoader {
    @Override
    public String loadResource(Resource resource) throws IOException {
        try (InputStream in = resource.getInputStream()) {
            if (in == null) {
                throw new FileNotFoundException(resource.getLocation());
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
