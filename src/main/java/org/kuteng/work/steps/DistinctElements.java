package org.kuteng.work.steps;

import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.processor.resequencer.ExpressionResultComparator;

/** Orders as another comparator does, but no two exchanges are equal: of equal ones Camel would drop the second. */
final class DistinctElements implements ExpressionResultComparator {
    private final ExpressionResultComparator order;

    DistinctElements(ExpressionResultComparator order) {
        this.order = order;
    }

    @Override
    public void setExpression(Expression expression) {
        order.setExpression(expression);
    }

    @Override
    public boolean predecessor(Exchange first, Exchange second) {
        return order.predecessor(first, second);
    }

    @Override
    public boolean successor(Exchange first, Exchange second) {
        return order.successor(first, second);
    }

    @Override
    public boolean isValid(Exchange exchange) {
        return order.isValid(exchange);
    }

    @Override
    public int compare(Exchange first, Exchange second) {
        int ordered = order.compare(first, second);
        return ordered != 0 || first == second ? ordered : first.getExchangeId().compareTo(second.getExchangeId());
    }
}
