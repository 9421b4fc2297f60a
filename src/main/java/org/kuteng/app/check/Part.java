package org.kuteng.app.check;

import org.snakeyaml.engine.v2.nodes.Node;

/**
 * One part of a file that is a class in Camel's model.
 *
 * @param type such as {@code LogDefinition}
 * @param name as the file calls it, such as {@code log}
 * @param node a mapping, or a text for the short form
 * @param scope what surrounds it
 */
record Part(String type, String name, Node node, Scope scope) {}
