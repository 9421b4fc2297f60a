package org.kuteng.app.check;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * What the files may refer to besides each other.
 *
 * @param property value of a property by its name, for {@code {{name}}}; empty when there is no such property. The
 *     value may itself hold placeholders. Environment variables and system properties in Camel's own notation
 *     ({@code {{env:NAME}}}, {@code {{sys:name}}}) are not asked for here.
 * @param beans names in the registry
 * @param threadPools names of thread pool profiles
 * @param ownOptions by scheme, names of endpoint options that Camel's own description of the component does not know
 */
public record CheckContext(
        Function<String, Optional<String>> property,
        Set<String> beans,
        Set<String> threadPools,
        Map<String, Set<String>> ownOptions) {

    /** With no thread pools of its own and no endpoint options but Camel's own. */
    public CheckContext(Function<String, Optional<String>> property, Set<String> beans) {
        this(property, beans, Set.of(), Map.of());
    }
}
