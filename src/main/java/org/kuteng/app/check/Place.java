package org.kuteng.app.check;

import java.nio.file.Path;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Where something stands, for people: line and column from 1. */
record Place(Path file, int line, int column) {

    static Place of(Path file, Node node) {
        return node.getStartMark().map(mark -> of(file, mark)).orElse(new Place(file, 1, 1));
    }

    static Place of(Path file, Mark mark) {
        return new Place(file, mark.getLine() + 1, mark.getColumn() + 1);
    }

    /** A letter inside a text; the beginning of the text when it is written so that letters cannot be counted. */
    static Place of(Path file, ScalarNode text, int offset) {
        Place start = of(file, text);
        int length = text.getEndMark().map(Mark::getIndex).orElse(0)
                - text.getStartMark().map(Mark::getIndex).orElse(0);
        int quotes = length - text.getValue().length();
        boolean countable = quotes == 0 || (quotes == 2 && !text.isPlain());
        return countable ? new Place(file, start.line, start.column + offset + quotes / 2) : start;
    }

    @Override
    public String toString() {
        return file + ":" + line + ":" + column;
    }
}
