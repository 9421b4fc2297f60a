package org.kuteng.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What the commands for dead letters share. */
abstract class DeadSubcommand implements Callable<Integer>, WithCommonOptions {
    @Mixin
    protected DeadQueueOptions options = new DeadQueueOptions();

    @Spec
    protected CommandSpec spec;

    @Override
    public CommonOptions common() {
        return options.common();
    }

    /** A line to standard output. */
    void tell(String line) {
        spec.commandLine().getOut().println(line);
        spec.commandLine().getOut().flush();
    }
}
