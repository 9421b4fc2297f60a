package org.kuteng.behaviour;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Route files that a test writes. */
record RouteFolder(Path path) {
    RouteFolder file(String name, String yaml) {
        try {
            Files.writeString(path.resolve(name), yaml);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A worker that says when it begins and when it has ended, and takes the time between. */
    RouteFolder worker(String id, String queue, int prefetch, int workMillis) {
        return file(id + ".camel.yaml", """
                - route:
                    id: %s
                    description: Works on each message for a while
                    from:
                      uri: spring-rabbitmq:default
                      parameters:
                        queues: %s
                        prefetchCount: %d
                      steps:
                        - log:
                            message: "begins ${body}"
                        - delay:
                            constant:
                              expression: "%d"
                        - log:
                            message: "has ended ${body}"
                """.formatted(id, queue, prefetch, workMillis));
    }

    /** A producer of one message. */
    RouteFolder producer(String id, String queue, String text) {
        return file(id + ".camel.yaml", """
                - route:
                    id: %s
                    description: Sends one message
                    from:
                      uri: timer
                      parameters:
                        timerName: %s
                        delay: 0
                        repeatCount: 1
                      steps:
                        - setBody:
                            constant:
                              expression: "%s"
                        - to:
                            id: send
                            uri: spring-rabbitmq:default
                            parameters:
                              routingKey: %s
                        - log:
                            message: "has sent ${body}"
                """.formatted(id, id, text, queue));
    }
}
