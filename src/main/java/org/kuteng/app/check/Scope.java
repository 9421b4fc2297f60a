package org.kuteng.app.check;

import java.util.Set;

/**
 * What surrounds a part of a file.
 *
 * @param owner the class in Camel's model of the step that a part belongs to, such as {@code FilterDefinition}
 * @param template whether the part belongs to a template, whose text is not final
 * @param parameters names that a template gives to {@code {{name}}}
 * @param beans names of beans that belong to a template
 */
record Scope(String owner, boolean template, Set<String> parameters, Set<String> beans) {
    static final Scope FILE = new Scope("", false, Set.of(), Set.of());

    Scope ownedBy(String type) {
        return new Scope(type, template, parameters, beans);
    }
}
