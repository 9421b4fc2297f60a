package org.kuteng.app.check;

/** Reads the ways in which Camel lets a file name a bean. */
final class BeanName {
    private BeanName() {}

    /** The name in the registry, or null when the reference is not one to the registry or is not final. */
    static String of(String reference) {
        String name = reference.trim();
        if (name.startsWith("#bean:")) {
            name = name.substring("#bean:".length());
        } else if (name.startsWith("#")) {
            // #class:, #type:, #property:, #valueAs(...)
            if (name.contains(":") || name.contains("(") || name.equals("#autowired")) {
                return null;
            }
            name = name.substring(1);
        }
        int options = name.indexOf('?');
        name = options < 0 ? name : name.substring(0, options);
        return name.isEmpty() || name.contains("${") || name.contains("{{") ? null : name;
    }
}
