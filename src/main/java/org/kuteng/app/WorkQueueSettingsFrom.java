package org.kuteng.app;

import org.kuteng.rabbitmq.WorkQueueSettings;
import org.kuteng.work.AckSettings;

/** Turns settings into what the component wants to know. */
final class WorkQueueSettingsFrom {
    private WorkQueueSettingsFrom() {}

    static WorkQueueSettings settings(Settings settings) {
        return new WorkQueueSettings(
                settings.get(Setting.QUEUE_TYPE),
                settings.get(Setting.SINGLE_ACTIVE_CONSUMER),
                settings.get(Setting.ACKNOWLEDGE_MODE),
                new AckSettings(settings.get(Setting.ACK_MESSAGES), settings.get(Setting.ACK_DELAY)),
                settings.get(Setting.CONFIRM),
                settings.get(Setting.CONFIRM_TIMEOUT),
                settings.get(Setting.CONFIRM_WINDOW),
                settings.get(Setting.CONFIRM_SEND_AGAIN),
                settings.get(Setting.CONFIRM_EACH),
                settings.get(Setting.STOP_TIMEOUT),
                settings.get(Setting.VIRTUAL_THREADS));
    }
}
