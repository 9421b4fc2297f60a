package org.kuteng.failure;

import com.rabbitmq.client.LongString;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Header values as JSON, so that each comes back with the AMQP type that it had: text, true and false, and null as
 * themselves, all others as an object that names the type, as in {@code {"long": 5}} or {@code {"bytes": "AP8="}}.
 */
final class JsonValues {
    private JsonValues() {}

    /** Sorted by name, so that the same headers are always the same text. */
    static Map<String, Object> writeTable(Map<String, Object> table) {
        Map<String, Object> json = new TreeMap<>();
        table.forEach((name, value) -> json.put(name, write(value)));
        return json;
    }

    private static Object write(Object value) {
        if (value == null || value instanceof Boolean || value instanceof String) {
            return value;
        }
        if (value instanceof LongString text) {
            byte[] bytes = text.getBytes();
            return Utf8.decode(bytes).<Object>map(String::valueOf).orElseGet(() -> typed("text", base64(bytes)));
        }
        if (value instanceof byte[] bytes) {
            return typed("bytes", base64(bytes));
        }
        if (value instanceof Date date) {
            return typed("timestamp", date.toInstant().toString());
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> table = new LinkedHashMap<>();
            map.forEach((name, member) -> table.put(name.toString(), member));
            return typed("table", writeTable(table));
        }
        if (value instanceof List<?> list) {
            List<Object> members = new ArrayList<>();
            list.forEach(member -> members.add(write(member)));
            return typed("array", members);
        }
        return writeNumber(value);
    }

    private static Object writeNumber(Object value) {
        if (value instanceof Byte || value instanceof Short || value instanceof Integer || value instanceof Long) {
            String type = value instanceof Integer
                    ? "int"
                    : value.getClass().getSimpleName().toLowerCase();
            return typed(type, value);
        }
        if (value instanceof Float || value instanceof Double) {
            // as text, since JSON knows neither NaN nor infinity
            return typed(value.getClass().getSimpleName().toLowerCase(), value.toString());
        }
        if (value instanceof BigDecimal decimal) {
            return typed("decimal", decimal.toString());
        }
        throw new IllegalArgumentException(
                "a header of an unknown type: " + value.getClass().getName());
    }

    private static Map<String, Object> typed(String type, Object value) {
        // nothing in it can be null
        return Map.of(type, value);
    }

    static Map<String, Object> readTable(Map<?, ?> json) {
        Map<String, Object> table = new LinkedHashMap<>();
        json.forEach((name, value) -> {
            try {
                table.put(name.toString(), read(value));
            } catch (RuntimeException e) {
                throw new IllegalArgumentException(
                        "header '" + name + "' has a wrong value (" + e.getMessage() + ")", e);
            }
        });
        return table;
    }

    private static Object read(Object json) {
        if (json == null || json instanceof Boolean || json instanceof String) {
            return json;
        }
        if (!(json instanceof Map<?, ?> typed) || typed.size() != 1) {
            throw new IllegalArgumentException("a number or an object needs its type, as in {\"int\": 5}");
        }
        String type = typed.keySet().iterator().next().toString();
        Object value = typed.values().iterator().next();
        return switch (type) {
            case "byte" -> Byte.valueOf(value.toString());
            case "short" -> Short.valueOf(value.toString());
            case "int" -> Integer.valueOf(value.toString());
            case "long" -> Long.valueOf(value.toString());
            case "float" -> Float.valueOf(value.toString());
            case "double" -> Double.valueOf(value.toString());
            case "decimal" -> new BigDecimal(value.toString());
            case "timestamp" -> Date.from(Instant.parse(value.toString()));
            case "bytes" -> Base64.getDecoder().decode(value.toString());
            case "text" ->
                com.rabbitmq.client.impl.LongStringHelper.asLongString(
                        Base64.getDecoder().decode(value.toString()));
            case "table" -> readTable((Map<?, ?>) value);
            case "array" ->
                ((List<?>) value).stream().map(JsonValues::read).collect(ArrayList::new, List::add, List::addAll);
            default -> throw new IllegalArgumentException("unknown type '" + type + "'");
        };
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
