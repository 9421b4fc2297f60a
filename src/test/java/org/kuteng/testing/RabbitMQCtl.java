package org.kuteng.testing;

import java.util.List;
import java.util.regex.Pattern;

/** What only {@code rabbitmqctl} can answer or do, wherever it runs. Each call takes about a second. */
interface RabbitMQCtl {
    /** Default of RabbitMQ 3; what tests need is that it is far above what a test uses. */
    String WATERMARK = "0.4";

    String WATERMARK_OF_ALARM = "0.0000001";

    Pattern CONNECTION_NAME = Pattern.compile("\\{\"connection_name\",\\s*\"((?:[^\"\\\\]|\\\\.)*)\"");

    /** Runs the command and gives its standard output; an exit code other than 0 is an exception with all output. */
    String run(String... arguments);

    /**
     * Queues stand in Mnesia's log (where Khepri has taken its place there is nothing left to write, which is no error);
     * members of quorum queues in a table that is written half a second later: killed before, RabbitMQ starts an empty
     * member that never becomes leader.
     */
    default void writeDeclarations() {
        run("-q", "eval", "catch mnesia:sync_log(), [dets:sync(Table) || Table <- dets:all()].");
    }

    default void memoryAlarm(boolean on) {
        run("-q", "set_vm_memory_high_watermark", on ? WATERMARK_OF_ALARM : WATERMARK);
    }

    default void closeAllConnections(String virtualHost) {
        run("-q", "close_all_connections", "--vhost", virtualHost, "closed by a test");
    }

    /** A policy, named after the queue. */
    default void limit(String virtualHost, String queue, int messages) {
        String what = "{\"max-length\": " + messages + ", \"overflow\": \"reject-publish\"}";
        String[] policy = {"limit " + queue, "^" + Pattern.quote(queue) + "$", what};
        run("-q", "set_policy", "-p", virtualHost, "--apply-to", "queues", policy[0], policy[1], policy[2]);
    }

    /**
     * The node where the leader of a quorum queue is, or where a classic queue is; as the node that is asked knows it,
     * since list_queues waits for a node that is frozen.
     */
    default String leader(String virtualHost, String queue) {
        return run("-q", "eval", """
                        {ok, Q} = rabbit_amqqueue:lookup(rabbit_misc:r(<<"%s">>, queue, <<"%s">>)),
                        case amqqueue:get_pid(Q) of
                          {Name, Node} -> case ra_leaderboard:lookup_leader(Name) of {_, Leader} -> Leader; _ -> Node end;
                          Pid -> node(Pid)
                        end.
                        """.formatted(virtualHost, queue)).strip().replace("'", "");
    }

    default List<ConsumerInfo> consumers(String virtualHost, String queue) {
        String[] columns = {"queue_name", "consumer_tag", "prefetch_count"};
        return run("-s", "list_consumers", "-p", virtualHost, columns[0], columns[1], columns[2])
                .lines()
                .map(line -> line.split("\t"))
                .filter(row -> row.length == columns.length && row[0].equals(queue))
                .map(row -> new ConsumerInfo(row[1], Integer.parseInt(row[2])))
                .toList();
    }

    default List<String> queueNames(String virtualHost) {
        return run("-s", "list_queues", "-p", virtualHost, "name").lines().toList();
    }

    default List<String> connectionNames() {
        return CONNECTION_NAME
                .matcher(run("-s", "list_connections", "client_properties"))
                .results()
                .map(found -> found.group(1))
                .toList();
    }
}
