package org.kuteng.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.kuteng.app.BrokerInUse;
import org.kuteng.app.ConfigurationException;
import org.kuteng.app.RouteSelection;
import org.kuteng.app.Setting;
import org.kuteng.app.Settings;
import org.kuteng.app.Suggestions;
import org.kuteng.broker.Broker;
import org.kuteng.broker.EmbeddedBroker;
import org.kuteng.broker.Queues;
import org.kuteng.failure.DeadLetters;
import picocli.CommandLine.Mixin;

/** Which broker and which queues a command on dead letters is about. */
final class DeadQueueOptions {
    private static final String NO_BROKER =
            "no broker is named, and an embedded one in memory ends with its process, its"
                    + " dead letters with it: KUTENG_BROKER or --broker names one that runs, such as './kuteng broker', which shows"
                    + " its URI, or that of a running './kuteng run' on 127.0.0.1 (its log has the port; user, password and"
                    + " virtual host are '" + EmbeddedBroker.DEFAULT_NAME + "')";

    @Mixin
    private CommonOptions common = new CommonOptions();

    private Settings settings;
    private Broker broker;
    private DeadLetters letters;

    CommonOptions common() {
        return common;
    }

    /** Reads the settings; the broker is asked for the first time when something is wanted of it. */
    DeadLetters connect() {
        settings = common.load(Map.of());
        broker = BrokerInUse.elsewhere(settings, NO_BROKER);
        letters = new DeadLetters(broker, settings.get(Setting.CONFIRM_WINDOW), settings.get(Setting.CONFIRM_TIMEOUT));
        return letters;
    }

    Settings settings() {
        return settings;
    }

    /**
     * The queues of dead letters.
     *
     * @param queue what the user named: a work queue or its queue of dead letters; null: all that the routes use
     * @throws ConfigurationException if there is no such queue
     */
    List<String> deadQueues(String queue) {
        if (queue == null) {
            Set<String> used = RouteSelection.queues(settings);
            if (used.isEmpty()) {
                throw new ConfigurationException(
                        "the route files in " + settings.get(Setting.ROUTES) + " name no queue; name one here");
            }
            return used.stream().map(Queues::deadName).toList();
        }
        String dead = deadName(queue);
        if (!letters.exists(dead) && !letters.exists(Queues.workName(dead))) {
            throw new ConfigurationException("there is neither a queue '" + Queues.workName(dead) + "' nor '" + dead
                    + "' at " + broker.describe() + Suggestions.didYouMean(Queues.workName(dead), usedIfKnown()));
        }
        return List.of(dead);
    }

    /** Only those that the broker has. */
    List<String> existing(String queue) {
        List<String> existing = new ArrayList<>(deadQueues(queue));
        existing.removeIf(dead -> !letters.exists(dead));
        return existing;
    }

    static String deadName(String queue) {
        return Queues.isDeadName(queue) ? queue : Queues.deadName(queue);
    }

    private Set<String> usedIfKnown() {
        try {
            return RouteSelection.queues(settings);
        } catch (ConfigurationException e) {
            return Set.of();
        }
    }

    static String names(List<String> queues) {
        return queues.stream().collect(Collectors.joining(", "));
    }
}
