package org.kuteng;

import org.kuteng.command.KutengCommand;

/** The program: nothing but the choice of a command. */
public final class Kuteng {
    private Kuteng() {}

    /** Ends the JVM with the command's exit code: 0 done, 1 failed while running, 2 wrong use or configuration. */
    public static void main(String[] args) {
        System.exit(KutengCommand.execute(args));
    }
}
