package org.kuteng.app.check;

import java.util.List;
import org.apache.camel.util.json.JsonArray;
import org.apache.camel.util.json.JsonObject;
import org.kuteng.rabbitmq.EndpointOptions;

/** What may stand under {@code parameters} of an endpoint, as a JSON schema. */
final class OptionSchema {
    private static final String WORK_QUEUES = "spring-rabbitmq";

    private OptionSchema() {}

    static JsonObject of(ComponentOptions component) {
        JsonObject properties = new JsonObject();
        JsonObject patterns = new JsonObject();
        patterns.put(PlainTypes.DASHED, new JsonObject());
        for (String name : component.names()) {
            EndpointOption option = component.option(name).orElseThrow();
            boolean refused = component.scheme().equals(WORK_QUEUES) && EndpointOptions.isRefused(name);
            if (!refused) {
                properties.put(name, property(option));
            }
            option.prefix().ifPresent(prefix -> patterns.put("^" + prefix.replace(".", "\\."), new JsonObject()));
        }
        JsonObject schema = new JsonObject();
        schema.put("type", "object");
        schema.put("properties", properties);
        schema.put("patternProperties", patterns);
        schema.put("additionalProperties", false);
        return schema;
    }

    private static JsonObject property(EndpointOption option) {
        JsonObject property = new JsonObject();
        option.description().ifPresent(text -> property.put("description", text));
        option.defaultValue().ifPresent(text -> property.put("default", text));
        List<String> choices = option.choices();
        if (!choices.isEmpty()) {
            property.put("enum", new JsonArray(choices));
        }
        String type = option.isTruth() ? "boolean" : option.isNumber() ? "number" : "string";
        PlainTypes.allow(property, type);
        return property;
    }
}
