package org.kuteng.app.check;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** What may stand at one place of a route file: Camel's schema, told in Camel's terms. */
final class Shape {
    enum Kind {
        TEXT,
        BOOLEAN,
        NUMBER,
        LIST,
        /** Names and values that the schema does not know, such as parameters. */
        MAPPING,
        OBJECT,
        /** Anything goes. */
        FREE
    }

    /** Name of the class in Camel's model, such as {@code LogDefinition}; empty for a plain value. */
    final String type;

    Kind kind = Kind.FREE;
    /** Whether a text may stand for the object, as in {@code log: "hello"}. */
    boolean shortForm;
    /** Exactly one name is allowed, as in a step. */
    boolean single;

    List<String> choices = List.of();
    Supplier<Shape> items = () -> null;
    final Set<String> required = new LinkedHashSet<>();
    /** Of each group at most one may be given, such as the language of an expression. */
    final List<Set<String>> alternatives = new ArrayList<>();

    private final Map<String, Supplier<Shape>> members = new LinkedHashMap<>();

    Shape(String type) {
        this.type = type;
    }

    Set<String> memberNames() {
        return members.keySet();
    }

    boolean has(String member) {
        return members.containsKey(member);
    }

    Shape member(String name) {
        return members.get(name).get();
    }

    void add(String name, Supplier<Shape> shape) {
        members.put(name, shape);
    }

    void addIfNew(String name, Supplier<Shape> shape) {
        members.putIfAbsent(name, shape);
    }

    void addAll(Shape other) {
        members.putAll(other.members);
        alternatives.addAll(other.alternatives);
        required.addAll(other.required);
        shortForm |= other.shortForm;
    }
}
