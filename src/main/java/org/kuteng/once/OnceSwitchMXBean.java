package org.kuteng.once;

/** What JMX shows of once-only, under {@value OnceSwitch#OBJECT_NAME}. */
public interface OnceSwitchMXBean {
    /** How many messages were skipped since the start, since their work was done before. */
    long getSkipped();
}
