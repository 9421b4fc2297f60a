package org.kuteng.app.check;

import java.util.Set;

/**
 * What surrounds a part of a file.
 *
 * @param owner the class in Camel's model of the step that a part belongs to, such as {@code FilterDefinition}
 * @param conditional whether the part may run several times or not at all: in a template, or in a route with a
 *     precondition
 * @param idPrefix what Camel puts before the ids of the steps of a route; null outside of a route
 * @param parameters names that a template gives to {@code {{name}}}
 * @param beans names of beans that belong to a template
 */
record Scope(String owner, boolean conditional, String idPrefix, Set<String> parameters, Set<String> beans) {
    static final Scope FILE = new Scope("", false, null, Set.of(), Set.of());

    Scope ownedBy(String type) {
        return new Scope(type, conditional, idPrefix, parameters, beans);
    }
}
