package org.kuteng.testing;

import java.util.Map;
import java.util.TreeMap;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/** Says at the end how many tests were skipped and why; Maven itself only gives a number. */
public final class SkipSummary implements TestExecutionListener {
    private final Map<String, Long> testsByReason = new TreeMap<>();
    private TestPlan plan;

    @Override
    public void testPlanExecutionStarted(TestPlan plan) {
        this.plan = plan;
    }

    @Override
    public void executionSkipped(TestIdentifier skipped, String reason) {
        count(skipped, reason);
    }

    @Override
    public void executionFinished(TestIdentifier finished, TestExecutionResult result) {
        if (result.getStatus() == Status.ABORTED) {
            count(finished, result.getThrowable().map(Throwable::getMessage).orElse("no reason given"));
        }
    }

    private synchronized void count(TestIdentifier skipped, String reason) {
        long tests = skipped.isTest()
                ? 1
                : plan.getDescendants(skipped).stream()
                        .filter(TestIdentifier::isTest)
                        .count();
        testsByReason.merge(reason, tests, Long::sum);
    }

    @Override
    public synchronized void testPlanExecutionFinished(TestPlan plan) {
        testsByReason.forEach((reason, tests) ->
                System.out.println(tests + (tests == 1 ? " test" : " tests") + " skipped: " + reason));
    }
}
