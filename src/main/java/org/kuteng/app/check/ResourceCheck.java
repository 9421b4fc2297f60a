package org.kuteng.app.check;

import java.util.List;
import java.util.Optional;
import org.kuteng.app.Suggestions;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Files that are no list but begin with {@code apiVersion} and {@code kind}: kamelets and pipes. */
final class ResourceCheck {
    private static final String KAMELET = "Kamelet";
    private static final String PIPE = "Pipe";

    private final StructureCheck structure;
    private final EndpointCheck endpoints;
    private final PlaceholderCheck placeholders;
    private final References references;
    private final Report report;

    ResourceCheck(
            StructureCheck structure,
            EndpointCheck endpoints,
            PlaceholderCheck placeholders,
            References references,
            Report report) {
        this.structure = structure;
        this.endpoints = endpoints;
        this.placeholders = placeholders;
        this.references = references;
        this.report = report;
    }

    static boolean isResource(Node root) {
        return Nodes.member(root, "kind") != null || Nodes.member(root, "apiVersion") != null;
    }

    /** @param inKameletFile whether Camel will take the file for a kamelet, which its name tells */
    void check(Node root, boolean inKameletFile) {
        Optional<ScalarNode> kind = Nodes.scalar(root, "kind");
        String name = kind.map(ScalarNode::getValue).orElse("");
        if (name.equals(KAMELET)) {
            if (!inKameletFile) {
                report.error(root, "a kamelet's file must have a name that ends with .kamelet.yaml");
            }
            checkKamelet(root);
        } else if (name.equals(PIPE) && !inKameletFile) {
            checkPipe(root);
        } else if (inKameletFile) {
            report.error(
                    root, "a file of this name must hold a kamelet: it begins with 'apiVersion' and 'kind: Kamelet'");
        } else {
            String wrong = kind.isEmpty() ? "without a 'kind'" : "of kind '" + name + "'";
            report.error(
                    kind.map(Node.class::cast).orElse(root),
                    "nothing in this file can run: it is " + wrong + ", and not a list of routes, a Kamelet or a Pipe"
                            + Suggestions.didYouMean(name, List.of(KAMELET, PIPE)));
        }
    }

    private void checkKamelet(Node root) {
        TemplateParameters parameters = TemplateParameters.ofKamelet(root);
        name(root, KAMELET)
                .ifPresent(name -> references.templates().define(name.getValue(), parameters, report.place(name)));
        Node template = Nodes.member(Nodes.member(root, "spec"), "template");
        if (template == null) {
            report.error(root, "kamelet without a template: add it under 'spec', 'template'");
        } else {
            Scope scope = TemplateScope.ofKamelet(parameters);
            structure.checkTemplate(template, scope);
            placeholders.check(template, TemplateScope.enter("RouteTemplateDefinition", "template", template, scope));
        }
    }

    private void checkPipe(Node root) {
        name(root, PIPE).ifPresent(name -> references.id("route", name.getValue(), report.place(name)));
        Node spec = Nodes.member(root, "spec");
        checkEnd(root, spec, "source", EndpointUse.Role.FROM);
        if (Nodes.member(spec, "steps") instanceof SequenceNode steps) {
            steps.getValue().forEach(step -> checkStep(step, EndpointUse.Role.SEND));
        }
        checkEnd(root, spec, "sink", EndpointUse.Role.SEND);
        placeholders.check(root, Scope.FILE);
    }

    private void checkEnd(Node root, Node spec, String end, EndpointUse.Role role) {
        Node step = Nodes.member(spec, end);
        if (step == null) {
            report.error(root, "pipe without a " + end + ": add it under 'spec', '" + end + "'");
        } else {
            checkStep(step, role);
        }
    }

    private void checkStep(Node step, EndpointUse.Role role) {
        Node ref = Nodes.member(step, "ref");
        boolean kamelet = Nodes.scalar(ref, "kind")
                .filter(kind -> kind.getValue().equals(KAMELET))
                .isPresent();
        Optional<ScalarNode> name = kamelet ? Nodes.scalar(ref, "name") : Nodes.scalar(step, "uri");
        name.ifPresent(text -> endpoints.check(
                new EndpointUse(
                        text, (kamelet ? "kamelet:" : "") + text.getValue(), Nodes.member(step, "properties"), role),
                Scope.FILE));
    }

    private Optional<ScalarNode> name(Node root, String kind) {
        Optional<ScalarNode> name = Nodes.scalar(Nodes.member(root, "metadata"), "name");
        if (name.isEmpty()) {
            report.error(
                    root, kind.toLowerCase(java.util.Locale.ROOT) + " without a name: add it under 'metadata', 'name'");
        }
        return name;
    }
}
