package org.kuteng.chaos;

import org.kuteng.testing.KutengProcess;

/** A place in the team that one process after another fills: whoever is killed is replaced. */
final class Seat {
    private final Site site;
    private final String route;
    private final String seat;
    private int fillings;
    private KutengProcess process;

    Seat(Site site, String route, int number) {
        this.site = site;
        this.route = route;
        this.seat = route + number;
    }

    /** Starts the next process. */
    void fill() {
        fillings++;
        process = site.start(route, name());
    }

    void killAndReplace() {
        process.sigkill();
        process.awaitExit();
        fill();
    }

    KutengProcess process() {
        return process;
    }

    /** Of the process, in its notes and its messages; a new one for each. */
    String name() {
        return seat + "." + fillings;
    }

    /** Grows with what the process gets done. */
    long progress() {
        return site.doneBytes(name()) + site.confirmedBytes(name());
    }
}
