package org.kuteng.bench;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Work that fails at the first attempts of each message, which its body names. */
final class FailingWork {
    private final int failures;
    private volatile Arrivals done = new Arrivals();
    private final Map<String, Integer> attempts = new ConcurrentHashMap<>();
    private volatile long begunAt;

    /** @param failures how often each message fails */
    FailingWork(int failures) {
        this.failures = failures;
    }

    /** @return whether it has succeeded */
    boolean attempt(byte[] body) {
        if (begunAt == 0) {
            begunAt = System.nanoTime();
        }
        if (attempts.merge(new String(body, StandardCharsets.UTF_8), 1, Integer::sum) <= failures) {
            return false;
        }
        done.accept(body);
        return true;
    }

    /** Forgets what was; no message may be under way. */
    void restart() {
        attempts.clear();
        done = new Arrivals();
        begunAt = 0;
    }

    Arrivals done() {
        return done;
    }

    /** Messages a second from the first attempt of all to the last success. */
    double rate() {
        return done.count() * 1e9 / (done.lastAt() - begunAt);
    }
}
