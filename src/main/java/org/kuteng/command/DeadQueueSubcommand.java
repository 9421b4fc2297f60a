package org.kuteng.command;

import picocli.CommandLine.Option;

/** Those that take dead letters of one queue, or of all. */
abstract class DeadQueueSubcommand extends DeadSubcommand {
    @Option(
            names = "--queue",
            paramLabel = "QUEUE",
            description = "the work queue, or its queue of dead letters; all queues of the route files if not given")
    protected String queue;
}
