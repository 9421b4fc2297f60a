package org.kuteng.app.reload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.kuteng.app.reload.RouteSet.Unit;

class RouteChangeTest {
    private static final String TWO = """
            # two of them
            - route:
                id: a
                from:
                  uri: timer:a
                  steps:
                    - log:
                        message: "a says ${body}"
            - route:
                id: b
                from:
                  uri: timer:b
                  steps:
                    - log: "b"
            """;

    private final Edits edits = new Edits().file("two.yaml", TWO);

    private RouteChange after(Runnable edit) {
        RouteSet before = edits.routes();
        edit.run();
        return RouteChange.between(before, edits.routes());
    }

    private RouteChange replace(String old, String fresh) {
        return after(() -> edits.replace("two.yaml", old, fresh));
    }

    private static void assertNothing(RouteChange change) {
        assertTrue(change.isEmpty(), change.toString());
        assertEquals(List.of(), change.fixed());
    }

    private static void assertOnlySwapped(List<String> keys, RouteChange change) {
        assertEquals(keys, keys(change.swapped()));
        assertEquals(List.of(), change.ended());
        assertEquals(List.of(), change.started());
        assertEquals(List.of(), change.fixed());
    }

    private static List<String> keys(List<Unit> units) {
        return units.stream().map(Unit::key).toList();
    }

    @Test
    void ofTwoRoutesInAFileTheOneThatChangedIsSwapped() {
        assertOnlySwapped(List.of("b"), replace("timer:b", "timer:b2"));
    }

    @Test
    void commentsAndLayoutAreNoChange() {
        assertNothing(replace("# two of them", "# more\n\n"));
        assertNothing(replace("message: \"a says ${body}\"", "message:   \"a says ${body}\" # says a"));
        assertNothing(replace(
                "- route:\n    id: a\n    from:\n      uri: timer:a\n      steps:\n        - log:\n            message:   \"a says ${body}\" # says a\n",
                "- route: { from: { steps: [ { log: { message: \"a says ${body}\" } } ], uri: timer:a }, id: a }\n"));
    }

    @Test
    void theOrderOfStepsIsAChangeTheOrderOfNamesIsNot() {
        edits.file(
                "c.yaml",
                "- route: { id: c, from: { uri: timer, parameters: { timerName: c, delay: 0 }, steps: [ { log: x }, { log: y } ] } }");
        assertNothing(after(() -> edits.replace("c.yaml", "timerName: c, delay: 0", "delay: 0, timerName: c")));
        assertOnlySwapped(
                List.of("c"), after(() -> edits.replace("c.yaml", "{ log: x }, { log: y }", "{ log: y }, { log: x }")));
    }

    @Test
    void whereOneValueEndsAndTheNextBeginsMatters() {
        edits.file("c.yaml", "- route: { id: c, from: { uri: timer:c, steps: [ { log: 'a,b' }, { log: 'c' } ] } }");
        assertOnlySwapped(
                List.of("c"), after(() -> edits.replace("c.yaml", "'a,b' }, { log: 'c'", "'a' }, { log: 'b,c'")));
    }

    @Test
    void aRenamedRouteEndsAndStarts() {
        RouteChange change = replace("id: a", "id: anna");
        assertEquals(List.of("a"), keys(change.ended()));
        assertEquals(List.of("anna"), keys(change.started()));
        assertEquals(List.of(), change.swapped());
    }

    @Test
    void theRoutesOfADeletedFileEnd() {
        RouteChange change = after(() -> edits.without("two.yaml"));
        assertEquals(List.of("a", "b"), keys(change.ended()));
    }

    @Test
    void aRouteThatMovesToAnotherFileGoesOn() {
        String b = TWO.substring(TWO.indexOf("- route:\n    id: b"));
        assertNothing(after(() -> edits.replace("two.yaml", b, "").file("b.yml", b)));
    }

    @Test
    void routesWithoutAnIdAreToldApartByWhatTheyAre() {
        edits.file(
                "from.yaml",
                "- from: { uri: timer:x, steps: [ { log: x } ] }\n- from: { uri: timer:x, steps: [ { log: x } ] }\n");
        assertNothing(after(() -> edits.replace("from.yaml", "\n", "\n\n")));
        RouteChange change = after(() -> edits.file(
                "from.yaml",
                "- from: { uri: timer:x, steps: [ { log: x } ] }\n- from: { uri: timer:y, steps: [ { log: x } ] }\n"));
        assertEquals(1, change.ended().size());
        assertEquals(1, change.started().size());
    }

    @Test
    void aConfigurationWithoutAnIdIsUsedByRoutesThatNameNone() {
        edits.replace("two.yaml", "id: b\n", "id: b\n    routeConfigurationId: strict,other*\n");
        edits.file("all.yaml", "- routeConfiguration: { onException: [ { onException: { exception: [ X ] } } ] }");
        edits.file(
                "strict.yaml",
                "- routeConfiguration: { id: strict, onException: [ { onException: { exception: [ X ] } } ] }");
        edits.file(
                "others.yaml",
                "- routeConfiguration: { id: others, onException: [ { onException: { exception: [ X ] } } ] }");
        edits.file(
                "unused.yaml",
                "- routeConfiguration: { id: unused, onException: [ { onException: { exception: [ X ] } } ] }");
        for (String[] usedBy : new String[][] {{"all", "a"}, {"strict", "b"}, {"others", "b"}}) {
            RouteChange change = after(() -> edits.replace(usedBy[0] + ".yaml", "[ X ]", "[ Y ]"));
            assertOnlySwapped(List.of(usedBy[1]), change);
            assertTrue(change.configurations());
        }
        RouteChange unused = after(() -> edits.replace("unused.yaml", "[ X ]", "[ Y ]"));
        assertOnlySwapped(List.of(), unused);
        assertTrue(unused.configurations());
    }

    @Test
    void whatHoldsForAFileIsUsedByAllOfItsRoutes() {
        edits.file(
                "c.yaml",
                "- onException: { exception: [ X ] }\n- route: { id: c, from: { uri: timer:c, steps: [ { log: c } ] } }");
        assertOnlySwapped(List.of("c"), after(() -> edits.replace("c.yaml", "[ X ]", "[ Y ]")));
    }

    @Test
    void aTemplateIsUsedByTheRoutesThatAreMadeOfIt() {
        edits.file("template.yaml", """
                - routeTemplate:
                    id: ticking
                    parameters: [ { name: text } ]
                    from: { uri: "timer:{{text}}", steps: [ { log: "{{text}}" } ] }
                """);
        edits.file("made.yaml", """
                - templatedRoute: { routeId: made, routeTemplateRef: ticking, parameters: [ { name: text, value: x } ] }
                - templatedRoute: { routeId: other, routeTemplateRef: another, parameters: [ { name: text, value: x } ] }
                """);
        RouteChange change = after(() -> edits.replace("template.yaml", "timer:", "timer:t"));
        assertOnlySwapped(List.of("made"), change);
        assertTrue(change.templates());
        assertOnlySwapped(
                List.of("other"),
                after(() -> edits.replace(
                        "made.yaml",
                        "Ref: another, parameters: [ { name: text, value: x",
                        "Ref: another, parameters: [ { name: text, value: y")));
    }

    @Test
    void aKameletIsUsedByTheRoutesThatNameIt() {
        edits.file("sink.kamelet.yaml", """
                apiVersion: camel.apache.org/v1
                kind: Kamelet
                metadata: { name: sink }
                spec: { template: { from: { uri: "kamelet:source", steps: [ { log: x } ] } } }
                """);
        edits.replace("two.yaml", "- log: \"b\"", "- to: kamelet:sink?x=1");
        RouteChange change = after(() -> edits.replace("sink.kamelet.yaml", "log: x", "log: y"));
        assertOnlySwapped(List.of("b"), change);
        assertTrue(change.templates());
    }

    @Test
    void aBeanIsUsedByTheRoutesThatNameItAndByBeansThatDo() {
        edits.file("beans.yaml", """
                - beans:
                    - { name: greeter, type: org.Greeter, properties: { words: "#bean:words" } }
                    - { name: words, type: org.Words }
                    - { name: says, type: org.Says }
                """);
        edits.replace("two.yaml", "- log: \"b\"", "- to: bean:greeter?method=x");
        RouteChange change = after(() -> edits.replace("beans.yaml", "org.Words", "org.MoreWords"));
        assertOnlySwapped(List.of("b"), change);
        assertEquals(List.of("greeter", "words"), keys(change.bound()));
        // a word that is not meant as a name
        RouteChange says = after(() -> edits.replace("beans.yaml", "org.Says", "org.SaysMore"));
        assertEquals(List.of(), says.swapped());
        assertEquals(List.of("bean 'says', which nothing names"), says.fixed());
        assertEquals(
                List.of("words"),
                after(() -> edits.replace("beans.yaml", "- { name: words, type: org.MoreWords }", ""))
                        .unbound());
    }

    @Test
    void namesInExpressionsAndOptionsAreReferencesToo() {
        edits.file("beans.yaml", "- beans: [ { name: clock, type: org.Clock } ]");
        for (String step : List.of(
                "log: '${bean:clock.now}'",
                "process: { ref: clock }",
                "to: 'seda:x?queueFactory=#clock'",
                "to: 'seda:x?queueFactory=#bean:clock&size=1'",
                "setBody: { groovy: 'lookup(\"clock\")' }",
                "setBody: { ref: 'other, clock' }")) {
            edits.file("user.yaml", "- route: { id: user, from: { uri: timer:u, steps: [ { " + step + " } ] } }");
            assertOnlySwapped(List.of("user"), after(() -> edits.replace("beans.yaml", "org.Clock", "org.OtherClock")));
            edits.replace("beans.yaml", "org.OtherClock", "org.Clock");
        }
        edits.file(
                "user.yaml",
                "- route: { id: clock, description: clock, from: { uri: timer:clocks, steps: [ { log: a clock-work } ] } }");
        assertEquals(
                List.of(),
                after(() -> edits.replace("beans.yaml", "org.Clock", "org.OtherClock"))
                        .swapped());
    }

    @Test
    void whatHoldsForTheWholeProcessTakesARestart() {
        edits.file("rest.yaml", "- restConfiguration: { component: x }");
        RouteChange change = after(() -> edits.replace("rest.yaml", "component: x", "component: y"));
        assertTrue(change.isEmpty());
        assertEquals(List.of("what rest.yaml says for all routes"), change.fixed());
        assertNothing(after(() -> edits.replace("rest.yaml", "{ component", "{  component")));
    }

    @Test
    void whatCouldNotBePutBackCountsAsMissing() {
        RouteSet before = edits.routes().without(List.of("a"));
        assertEquals(
                List.of("a"), keys(RouteChange.between(before, edits.routes()).started()));
        assertFalse(RouteChange.between(before, edits.routes()).isEmpty());
    }
}
