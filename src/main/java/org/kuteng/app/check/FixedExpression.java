package org.kuteng.app.check;

import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * The text of an expression that says itself what it gives.
 *
 * @param text as the file writes it
 * @param constant whether no message changes it
 */
record FixedExpression(ScalarNode text, boolean constant) {

    /** The expression of a step; empty when it is in a language other than simple and constant. */
    static Optional<FixedExpression> of(Node step) {
        Node inner = Nodes.member(step, "expression");
        Node owner = inner == null ? step : inner;
        return text(owner, "constant")
                .or(() -> text(owner, "simple"))
                .map(text -> new FixedExpression(text, !text.getValue().contains("${")));
    }

    private static Optional<ScalarNode> text(Node owner, String language) {
        Node expression = Nodes.member(owner, language);
        return expression instanceof ScalarNode text ? Optional.of(text) : Nodes.scalar(expression, "expression");
    }
}
