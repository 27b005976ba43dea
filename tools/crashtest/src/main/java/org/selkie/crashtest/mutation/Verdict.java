// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.mutation;

/** What became of a mutant. */
public enum Verdict {
    /** The checker noticed. */
    KILLED("killed"),
    /**
     * No crash leaves anything that without the mutation no crash leaves between the same promises: in this run the flush or
     * fence does nothing, because what it would make durable is so already, or is made so by another one before somebody is
     * promised it. Nobody can notice, so nothing is explored.
     */
    REDUNDANT("redundant"),
    /** Crashes leave more, and the checker takes all of it: either nothing depends on it, or the test does not look. */
    UNTESTED("untested"),
    /** Crashes leave more, and the budget was too small to look at all of it. */
    UNDECIDED("undecided");

    private final String phrase;

    Verdict(String phrase) {
        this.phrase = phrase;
    }

    @Override
    public String toString() {
        return phrase;
    }
}
