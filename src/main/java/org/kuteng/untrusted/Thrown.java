package org.kuteng.untrusted;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads exceptions, which are other people's code: their methods may throw themselves, return null or text without end,
 * and a cause may lead back to where it came from.
 */
public final class Thrown {
    /** No chain of causes that says something new is longer. */
    private static final int MAX_CHAIN = 50;

    /** Nothing that a person reads is longer; what comes after is not even looked at. */
    private static final int MAX_MESSAGE = 10_000;

    private static final Pattern WHITE_SPACE = Pattern.compile("\\s+");

    private static final String CAUSED_BY = "; caused by ";

    private static final StackTraceElement[] NO_FRAMES = {};

    /** Whether a class has a {@code getStackTrace} of its own, which may do anything. */
    private static final ClassValue<Boolean> HAS_OWN_FRAMES = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            try {
                return type.getMethod("getStackTrace").getDeclaringClass() != Throwable.class;
            } catch (ReflectiveOperationException | LinkageError e) {
                return true;
            }
        }
    };

    private Thrown() {}

    /** It and its causes, the deepest last, each once. */
    public static List<Throwable> chain(Throwable thrown) {
        List<Throwable> chain = new ArrayList<>();
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Throwable t = thrown; t != null && chain.size() < MAX_CHAIN && seen.add(t); t = cause(t)) {
            chain.add(t);
        }
        return chain;
    }

    private static Throwable cause(Throwable thrown) {
        try {
            return thrown.getCause();
        } catch (Throwable e) {
            return null;
        }
    }

    /** What it says; empty if it says nothing. */
    public static String message(Throwable thrown) {
        try {
            String message = thrown.getMessage();
            return message == null ? "" : PlainText.cut(message, MAX_MESSAGE);
        } catch (Throwable e) {
            return "(its getMessage() threw " + e.getClass().getName() + ")";
        }
    }

    /** Where it was thrown, innermost first; empty if that is not known. */
    public static StackTraceElement[] frames(Throwable thrown) {
        return frames(thrown, Integer.MAX_VALUE);
    }

    /** The same, so many at the most. */
    public static StackTraceElement[] frames(Throwable thrown, int most) {
        try {
            StackTraceElement[] frames = thrown.getStackTrace();
            return frames == null ? NO_FRAMES : withoutNull(frames, most);
        } catch (Throwable e) {
            return NO_FRAMES;
        }
    }

    private static StackTraceElement[] withoutNull(StackTraceElement[] frames, int most) {
        StackTraceElement[] found = new StackTraceElement[Math.min(frames.length, most)];
        int count = 0;
        for (int i = 0; i < frames.length && count < found.length; i++) {
            if (frames[i] != null) {
                found[count++] = frames[i];
            }
        }
        return count == found.length ? found : Arrays.copyOf(found, count);
    }

    /** The name of its class without the package; not empty for a class without a name either. */
    public static String shortName(Throwable thrown) {
        String name = thrown.getClass().getName();
        String simple = name.substring(name.lastIndexOf('.') + 1);
        int inner = simple.lastIndexOf('$');
        while (inner >= 0 && (inner + 1 == simple.length() || isDigit(simple.charAt(inner + 1)))) {
            // a class without a name of its own
            inner = simple.lastIndexOf('$', inner - 1);
        }
        return simple.substring(inner + 1);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /**
     * What it says together with what the deepest of its causes says, if that is more: wrappers often say nothing, or
     * less than what they wrap.
     *
     * @param most how many characters; of two messages the outer one is cut first
     */
    public static String story(Throwable thrown, int most) {
        List<Throwable> chain = chain(thrown);
        String outer = message(thrown).strip();
        String story = outer;
        Optional<Throwable> root = deepestThatSpeaks(chain);
        if (root.isPresent()
                && root.get() != thrown
                && !outer.contains(message(root.get()).strip())) {
            String inner = shortName(root.get()) + ": " + message(root.get()).strip();
            int room = most - inner.length() - CAUSED_BY.length() - 1;
            String before = PlainText.cut(outer, Math.max(most / 3, room));
            story = before.isEmpty() ? inner : before + CAUSED_BY + inner;
        }
        String state = sqlState(chain)
                .filter(text -> !outer.contains(text))
                .map(text -> " (SQL state " + text + ")")
                .orElse("");
        return PlainText.cut(story, most - state.length()) + state;
    }

    private static Optional<Throwable> deepestThatSpeaks(List<Throwable> chain) {
        for (int i = chain.size() - 1; i >= 0; i--) {
            if (!message(chain.get(i)).isBlank()) {
                return Optional.of(chain.get(i));
            }
        }
        return Optional.empty();
    }

    /** The code of five letters and digits by which databases tell what went wrong. */
    private static Optional<String> sqlState(List<Throwable> chain) {
        for (Throwable t : chain) {
            try {
                if (t instanceof SQLException sql
                        && sql.getSQLState() != null
                        && !sql.getSQLState().isBlank()) {
                    return Optional.of(PlainText.cut(sql.getSQLState().strip(), 5));
                }
            } catch (Throwable e) {
                // then it is not known
            }
        }
        return Optional.empty();
    }

    /** Class and story in one line: {@code IllegalStateException: no such order}. */
    public static String line(Throwable thrown, int most) {
        String story = oneLine(story(thrown, most));
        return story.isEmpty() ? shortName(thrown) : shortName(thrown) + ": " + story;
    }

    private static String oneLine(String text) {
        char before = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain = c > ' ' || c == ' ' && before != ' ';
            if (!plain) {
                return WHITE_SPACE.matcher(text).replaceAll(" ");
            }
            before = c;
        }
        // most are
        return text;
    }

    /**
     * The same, or something that stands for it: what a log or Camel can be given, which call methods of it and of its
     * causes, would pass on what they throw, and follow a circle of causes for ever.
     */
    public static Throwable forLog(Throwable thrown) {
        try {
            List<Throwable> chain = chain(thrown);
            if (cause(chain.get(chain.size() - 1)) != null) {
                // a circle, or no end in sight
                return new Stand(thrown);
            }
            for (Throwable t : chain) {
                t.getMessage();
                t.getCause();
                t.toString();
                // Java's own makes an object of each frame, which is the most expensive thing about a failure
                if (HAS_OWN_FRAMES.get(t.getClass()) && t.getStackTrace() == null) {
                    return new Stand(thrown);
                }
            }
            return thrown;
        } catch (Throwable e) {
            return new Stand(thrown);
        }
    }

    private static final class Stand extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Stand(Throwable of) {
            super(line(of, MAX_MESSAGE), null, false, true);
            setStackTrace(frames(of));
        }
    }
}
