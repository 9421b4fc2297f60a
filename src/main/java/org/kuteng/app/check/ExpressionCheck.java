package org.kuteng.app.check;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.impl.engine.SimpleCamelContext;
import org.apache.camel.language.simple.SimpleLanguage;
import org.apache.camel.language.simple.types.SimpleIllegalSyntaxException;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Lets Camel's own parser read the expressions in its simple language. */
final class ExpressionCheck {
    /** Steps that ask for a yes or no, where other rules hold. */
    private static final Set<String> PREDICATES = Set.of(
            "WhenDefinition",
            "FilterDefinition",
            "ValidateDefinition",
            "OnWhenDefinition",
            "completionPredicate",
            "continued",
            "doWhile",
            "handled",
            "retryWhile");
    /** Texts of steps that Camel reads as simple expressions. */
    private static final Map<String, String> SIMPLE_TEXTS =
            Map.of("ToDynamicDefinition", "uri", "WireTapDefinition", "uri", "ThrowExceptionDefinition", "message");
    /** Known to be right, so that most files do not have to wait until the parser is loaded. */
    private static final Pattern PLAIN = Pattern.compile("\\$\\{(body|id|exchangeId|routeId|exception\\.message"
            + "|(header|headers|exchangeProperty|variable)\\.[A-Za-z][A-Za-z0-9_-]*)}");

    /** What tells the messages of a work queue apart. */
    private static final String MESSAGE_KEY = "arg.once";

    private static final String UNKNOWN_FUNCTION = "Unknown function: ";
    private static final String NO_BEAN = "No bean could be found in the registry for: ";

    private final Placeholders placeholders;
    private final Set<String> beans;
    private final References references;
    private final Report report;
    private SimpleLanguage language;

    ExpressionCheck(Placeholders placeholders, Set<String> beans, References references, Report report) {
        this.beans = beans;
        this.references = references;
        this.placeholders = placeholders;
        this.report = report;
    }

    void check(Part part) {
        if (part.type().equals("SimpleExpression")) {
            text(part, "expression")
                    .ifPresent(text -> check(
                            text, part.scope(), PREDICATES.contains(part.scope().owner())));
        } else if (part.type().equals("LogDefinition")
                && Nodes.scalar(part.node(), "logLanguage").isEmpty()) {
            text(part, "message").ifPresent(text -> check(text, part.scope(), false));
        } else if (SIMPLE_TEXTS.containsKey(part.type())) {
            text(part, SIMPLE_TEXTS.get(part.type()))
                    .filter(text -> text.getValue().contains("${"))
                    .ifPresent(text -> check(text, part.scope(), false));
        } else if (part.type().endsWith("FromDefinition")) {
            Nodes.scalar(Nodes.member(part.node(), "parameters"), MESSAGE_KEY)
                    .ifPresent(text -> check(text, part.scope(), false));
        }
    }

    private void check(ScalarNode text, Scope scope, boolean predicate) {
        String written = text.getValue();
        Optional<String> resolved = placeholders.resolve(written, scope).map(String::trim);
        if (resolved.isEmpty() || !predicate && isPlain(resolved.get())) {
            return;
        }
        try {
            if (predicate) {
                language().createPredicate(resolved.get());
            } else {
                language().createExpression(resolved.get());
            }
        } catch (SimpleIllegalSyntaxException e) {
            int index = resolved.get().equals(written) ? Math.max(0, e.getIndex()) : 0;
            report(reason(e), scope, report.place(text, index));
        } catch (RuntimeException e) {
            // what only a started Camel can tell is not a fault of the text
            return;
        }
    }

    /** The parser runs without the beans of the application, among which can be functions of its own. */
    private void report(String reason, Scope scope, Place place) {
        String function = after(reason, UNKNOWN_FUNCTION).replaceFirst("\\W.*", "");
        if (reason.startsWith(NO_BEAN)) {
            references.bean(after(reason, NO_BEAN), scope, place);
        } else if (function.isEmpty() || !beans.contains(function)) {
            report.error(place, "bad simple expression: " + reason);
        }
    }

    private static String after(String reason, String beginning) {
        return reason.startsWith(beginning) ? reason.substring(beginning.length()) : "";
    }

    private static String reason(SimpleIllegalSyntaxException e) {
        String reason = e.getShortMessage().lines().findFirst().orElse("");
        int location = reason.indexOf(" at location ");
        return (location < 0 ? reason : reason.substring(0, location))
                .replace("symbol functionEnd", "'}'")
                .replace("but was eol", "but the text ends");
    }

    private static boolean isPlain(String text) {
        Matcher function = PLAIN.matcher(text);
        int dollar = text.indexOf('$');
        while (dollar >= 0) {
            if (!function.region(dollar, text.length()).lookingAt()) {
                return false;
            }
            dollar = text.indexOf('$', function.end());
        }
        return !text.startsWith("resource:");
    }

    private SimpleLanguage language() {
        if (language == null) {
            language = new SimpleLanguage();
            language.setCamelContext(new SimpleCamelContext(false));
        }
        return language;
    }

    private static Optional<ScalarNode> text(Part part, String member) {
        return part.node() instanceof ScalarNode text ? Optional.of(text) : Nodes.scalar(part.node(), member);
    }
}
