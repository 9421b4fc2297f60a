package org.kuteng.failure;

/** Told how far something has come. */
@FunctionalInterface
public interface Progress {
    /**
     * @param looked how many were looked at
     * @param total how many there are to look at
     * @param done with how many of them something was done
     */
    void update(long looked, long total, long done);
}
