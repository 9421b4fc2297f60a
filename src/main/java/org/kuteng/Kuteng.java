package org.kuteng;

/** The program. */
public final class Kuteng {
    private Kuteng() {}

    public static void main(String[] args) {}
}
