package org.kuteng.app.check;

import java.util.List;
import java.util.Optional;
import org.apache.camel.util.ObjectHelper;
import org.kuteng.app.Suggestions;

/** Names of Java classes, as Camel lets a file write them. */
final class ClassName {
    private static final List<String> REFERENCES = List.of("#class:", "#type:");
    /** Where a class without a package most likely is. */
    private static final List<String> PACKAGES = List.of("java.lang.", "java.io.", "java.util.", "org.apache.camel.");

    private ClassName() {}

    /** The class in {@code #class:org.example.Work('a')}; empty when the reference names no class. */
    static Optional<String> in(String reference) {
        String text = reference.trim();
        return REFERENCES.stream()
                .filter(text::startsWith)
                .map(prefix -> bare(text.substring(prefix.length())))
                .findFirst();
    }

    /** Without arguments of a constructor and without a factory method. */
    static String bare(String name) {
        return name.replaceFirst("[(#].*", "").trim();
    }

    /** The class, which is not initialized; short names such as {@code String} and {@code byte[]} are known as well. */
    static Optional<Class<?>> load(String name) {
        try {
            return Optional.ofNullable(ObjectHelper.loadClass(name, ClassName.class.getClassLoader()));
        } catch (LinkageError e) {
            return Optional.empty();
        }
    }

    static String fault(String name) {
        return "class '" + name + "' is not on the class path"
                + PACKAGES.stream()
                        .map(prefix -> prefix + name)
                        .filter(full -> name.indexOf('.') < 0 && load(full).isPresent())
                        .findFirst()
                        .map(Suggestions::didYouMean)
                        .orElse("");
    }
}
