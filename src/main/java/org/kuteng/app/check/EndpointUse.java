package org.kuteng.app.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * A place where a route names an endpoint.
 *
 * @param uri where it stands
 * @param text the address, which can be a part of what stands there
 * @param parameters options beneath it, or null
 * @param role what the route does with it
 */
record EndpointUse(ScalarNode uri, String text, Node parameters, Role role) {
    enum Role {
        /** The route begins with it. */
        FROM,
        /** A step takes a message from it. */
        POLL,
        SEND,
        /** Sends, and the address can hold what only the message knows. */
        SEND_DYNAMIC;

        boolean isConsumer() {
            return this == FROM || this == POLL;
        }
    }

    private static final Set<String> FROM =
            Set.of("FromDefinition", "OutputAwareFromDefinition", "RouteFromDefinitionDeserializer");
    private static final Map<String, String> SEND = Map.of(
            "ToDefinition", "uri",
            "DeadLetterChannelDefinition", "deadLetterUri",
            "SagaActionUriDefinition", "uri",
            "InterceptSendToEndpointDefinition", "afterUri");
    private static final Set<String> SEND_DYNAMIC = Set.of("ToDynamicDefinition", "WireTapDefinition");
    private static final Map<String, Role> BY_EXPRESSION = Map.of(
            "PollEnrichDefinition", Role.POLL,
            "EnrichDefinition", Role.SEND,
            "RecipientListDefinition", Role.SEND,
            "RoutingSlipDefinition", Role.SEND);
    /** They take several addresses. */
    private static final Map<String, String> DELIMITERS =
            Map.of("RecipientListDefinition", "delimiter", "RoutingSlipDefinition", "uriDelimiter");

    private static final String DEFAULT_DELIMITER = ",";

    /** The name under which a part holds an address; empty when it holds none, or in an expression. */
    static Optional<String> member(String type) {
        if (FROM.contains(type) || type.equals("PollDefinition") || SEND_DYNAMIC.contains(type)) {
            return Optional.of("uri");
        }
        return Optional.ofNullable(SEND.get(type));
    }

    /** The addresses in a part of a file. */
    static List<EndpointUse> in(Part part) {
        if (part.type().equals("KameletDefinition")) {
            return text(part, "name")
                    .map(name -> one(name, "kamelet:" + name.getValue(), part, Role.SEND))
                    .orElse(List.of());
        }
        Optional<String> member = member(part.type());
        if (member.isPresent()) {
            return text(part, member.get())
                    .map(uri -> one(uri, uri.getValue(), part, role(part.type())))
                    .orElse(List.of());
        }
        Role role = BY_EXPRESSION.get(part.type());
        return role == null
                ? List.of()
                : FixedExpression.of(part.node())
                        .filter(FixedExpression::constant)
                        .map(expression -> fromExpression(part, expression.text(), role))
                        .orElse(List.of());
    }

    private static Role role(String type) {
        if (FROM.contains(type)) {
            return Role.FROM;
        }
        if (type.equals("PollDefinition")) {
            return Role.POLL;
        }
        return SEND_DYNAMIC.contains(type) ? Role.SEND_DYNAMIC : Role.SEND;
    }

    private static List<EndpointUse> one(ScalarNode uri, String text, Part part, Role role) {
        return List.of(new EndpointUse(uri, text, Nodes.member(part.node(), "parameters"), role));
    }

    private static List<EndpointUse> fromExpression(Part part, ScalarNode expression, Role role) {
        List<EndpointUse> uses = new ArrayList<>();
        String text = expression.getValue();
        String option = DELIMITERS.get(part.type());
        String delimiter = option == null
                ? "\n"
                : Nodes.scalar(part.node(), option).map(ScalarNode::getValue).orElse(DEFAULT_DELIMITER);
        boolean lenient = Nodes.scalar(part.node(), "ignoreInvalidEndpoints")
                .filter(value -> value.getValue().equals("true"))
                .isPresent();
        for (String address : lenient ? new String[0] : text.split(java.util.regex.Pattern.quote(delimiter))) {
            if (!address.isBlank()) {
                uses.add(new EndpointUse(expression, address.trim(), null, role));
            }
        }
        return uses;
    }

    private static Optional<ScalarNode> text(Part part, String member) {
        return part.node() instanceof ScalarNode text ? Optional.of(text) : Nodes.scalar(part.node(), member);
    }
}
