package org.kuteng.chaos.property;

import java.io.IOException;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/** How the work on each message goes: decided by the seed and the id of the message, so that it is known beforehand. */
final class Script {
    private static final int ALWAYS = Integer.MAX_VALUE;
    private static final int LONG_WORK_MILLIS = 100;

    enum Failure {
        EXCEPTION {
            @Override
            void fail(String id) {
                throw new IllegalStateException("fails: " + id);
            }
        },
        CHECKED {
            @Override
            void fail(String id) throws Exception {
                throw new IOException("fails: " + id, new InterruptedException("not really"));
            }
        },
        OUT_OF_MEMORY {
            @Override
            void fail(String id) {
                throw new OutOfMemoryError("fails, by the script: " + id);
            }
        },
        STACK_OVERFLOW {
            @Override
            void fail(String id) {
                fail(id);
            }
        },
        LINKAGE {
            @Override
            void fail(String id) {
                throw new NoClassDefFoundError("fails: " + id);
            }
        },
        INTERRUPT_AND_THROW {
            @Override
            void fail(String id) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("fails, interrupted: " + id);
            }
        },
        /** The work ends well, but for the flag. */
        INTERRUPT {
            @Override
            void fail(String id) {
                Thread.currentThread().interrupt();
            }
        },
        NO_MESSAGE {
            @Override
            void fail(String id) {
                throw new IllegalStateException((String) null);
            }
        },
        MESSAGE_THROWS {
            @Override
            void fail(String id) {
                throw new MessageThrows();
            }
        },
        CYCLE {
            @Override
            void fail(String id) {
                Exception first = new Exception("first: " + id);
                Exception second = new Exception("second: " + id, first);
                first.initCause(second);
                throw new IllegalStateException("fails: " + id, second);
            }
        };

        abstract void fail(String id) throws Exception;
    }

    private static final class MessageThrows extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new UnsupportedOperationException("no message");
        }
    }

    /** @param times at how many attempts it fails; @param afterSending whether something was sent by then */
    private record Part(Failure failure, int times, boolean afterSending, int millis) {}

    private final Scenario scenario;
    private final Map<String, Integer> attempts = new ConcurrentHashMap<>();

    Script(Scenario scenario) {
        this.scenario = scenario;
    }

    private Part part(String id) {
        Random random = new Random((scenario.seed() * 31 + id.hashCode()) * 0x9E3779B97F4A7C15L);
        boolean fails = random.nextInt(100) < scenario.failing();
        Failure failure = Failure.values()[random.nextInt(Failure.values().length)];
        int times = random.nextInt(3) == 0 ? ALWAYS : 1 + random.nextInt(2);
        boolean after = random.nextInt(3) == 0;
        int millis = random.nextInt(40) == 0 ? LONG_WORK_MILLIS : random.nextInt(3);
        return new Part(failure, fails ? times : 0, after, millis);
    }

    /** Work before anything is sent. */
    void work(String id) throws Exception {
        Part part = part(id);
        Thread.sleep(part.millis());
        if (!part.afterSending()) {
            fail(id, part);
        }
    }

    /** Work after something was sent. */
    void after(String id) throws Exception {
        Part part = part(id);
        if (part.afterSending()) {
            fail(id, part);
        }
    }

    /** Whether there is a failure in it after which what was sent already is sent again. */
    boolean mayRepeat(String id) {
        Part part = part(id);
        return part.times() > 0 && (part.afterSending() || part.failure() == Failure.INTERRUPT);
    }

    private void fail(String id, Part part) throws Exception {
        if (part.times() > 0 && attempts.merge(id, 1, Integer::sum) <= part.times()) {
            part.failure().fail(id);
        }
    }
}
