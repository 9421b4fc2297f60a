package org.kuteng.untrusted;

/** A message arrived whose headers exceed {@link HeaderBounds}: no further attempt would make a difference. */
public final class HeaderBoundsException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    HeaderBoundsException(String problem) {
        super(problem);
    }
}
