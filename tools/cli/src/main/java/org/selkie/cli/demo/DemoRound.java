// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli.demo;

import org.selkie.RecoveryReport;

/**
 * One kill, and what was there afterwards.
 *
 * @param medium       what the pool lies on
 * @param tier         of its seal
 * @param durability   that its writes have
 * @param reason       why that durability
 * @param nanos        from the first acknowledgement to SIGKILL
 * @param acknowledged records
 * @param recovered    of those: at their positions, byte for byte
 * @param more         whole records whose acknowledgement had not come through
 * @param wrong        records that nobody wrote, or that are not where their order puts them
 * @param measured     by the process itself up to shortly before it died
 * @param recovery     what opening the pool again found
 */
public record DemoRound(String medium, String tier, String durability, String reason, long nanos, long acknowledged,
        long recovered, long more, long wrong, Measurement measured, RecoveryReport recovery) {

    /**
     * What the appending process measured behind its warm-up.
     *
     * @param timedAppends of all threads
     * @param timedNanos   that those took, all threads added up
     * @param appends      that were counted by the persister
     * @param flushes      write-backs: of cache lines, or msync calls
     * @param fences       those within an append included
     */
    public record Measurement(long timedAppends, long timedNanos, long appends, long flushes, long fences) {
        static final Measurement NONE = new Measurement(0, 0, 0, 0, 0);

        /** Both together. */
        public Measurement plus(Measurement other) {
            return new Measurement(timedAppends + other.timedAppends, timedNanos + other.timedNanos, appends + other.appends,
                flushes + other.flushes, fences + other.fences);
        }
    }

    public long lost() {
        return acknowledged - recovered;
    }
}
