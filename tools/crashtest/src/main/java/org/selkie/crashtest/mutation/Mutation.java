// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.mutation;

/** What is done to a flush or a fence. */
public enum Mutation {
    /** The flush is not there. */
    DROPPED_FLUSH("without the flush"),
    /** The flush comes after the fence that waits for it, so that it is the next fence that does. */
    DELAYED_FLUSH("with the flush after its fence"),
    /** The flush leaves out its last line, or page where pages are written back. Only of flushes of several. */
    SHORTENED_FLUSH("with the flush without its last line or page"),
    /** The fence is not there. */
    DROPPED_FENCE("without the fence"),
    /** The fence comes after the next store or acknowledgement of its thread. */
    DELAYED_FENCE("with the fence after the next store or acknowledgement");

    private final String phrase;

    Mutation(String phrase) {
        this.phrase = phrase;
    }

    /** As part of a sentence. */
    public String phrase() {
        return phrase;
    }

    boolean isOfFlush() {
        return this == DROPPED_FLUSH || this == DELAYED_FLUSH || this == SHORTENED_FLUSH;
    }

    /** Whether it is the strongest of its kind: whatever crashes leave with a weaker one, they can leave with it. */
    boolean isDrop() {
        return this == DROPPED_FLUSH || this == DROPPED_FENCE;
    }
}
