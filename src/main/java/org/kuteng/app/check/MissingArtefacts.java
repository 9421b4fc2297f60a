package org.kuteng.app.check;

/** Which library brings a component that is not on the class path. */
final class MissingArtefacts {
    private MissingArtefacts() {}

    static String hint(String scheme) {
        return ": it is not on the class path";
    }
}
