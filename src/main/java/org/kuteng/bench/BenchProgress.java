package org.kuteng.bench;

/** Is told how far the measurements are. */
public interface BenchProgress {

    /**
     * A measurement begins.
     *
     * @param round 0: not counted
     * @param done how many measurements are over
     * @param total how many there are in all
     */
    void measuring(Case of, Client client, int round, int done, int total);

    /** Something that is left out or went wrong, in one line. */
    void note(String line);
}
