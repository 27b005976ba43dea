// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.util.List;

/**
 * What recovery found in one log.
 *
 * @param startPosition of the first record
 * @param endPosition   after the last record
 * @param records       that verify
 * @param payloadBytes  of those
 * @param scannedBytes  that were checked
 * @param nanos         that it took
 * @param findings      everything that is not a record, in the order in which it was met; empty after a clean close
 * @param unlisted      what more there is: only the first thousand findings of a log are listed
 * @param trusted       whether only what a clean close had left to prove its end was looked at, as was asked for
 */
public record LogRecovery(String log, long startPosition, long endPosition, long records, long payloadBytes,
        long scannedBytes, long nanos, List<Finding> findings, Unlisted unlisted, boolean trusted) {

    /**
     * Findings that are counted and not listed.
     *
     * @param findings    in all
     * @param losses      of those, the ones by which records that were acknowledged may be lost
     * @param lengthBytes of all
     */
    public record Unlisted(long findings, long losses, long lengthBytes) {

        /** Everything is listed. */
        public static final Unlisted NONE = new Unlisted(0, 0, 0);

        @Override
        public String toString() {
            return "and " + findings + " more places (" + lengthBytes + " bytes), " + (losses == 0 ? "none" : losses)
                    + " of them damaged";
        }
    }

    /** Whether nothing was dropped. */
    public boolean isClean() {
        return findings.isEmpty();
    }

    /** Whether records that were acknowledged may be lost. */
    public boolean hasLoss() {
        return losses() > 0;
    }

    /** Everything that is not a record, listed or not. */
    public long findingCount() {
        return findings.size() + unlisted.findings;
    }

    /** The places where records that were acknowledged may be lost, listed or not. */
    public long losses() {
        return unlisted.losses + findings.stream().filter(finding -> finding.kind().isLoss()).count();
    }

    /** The bytes on media that hold no record any more. */
    public long droppedBytes() {
        return unlisted.lengthBytes + findings.stream().mapToLong(Finding::lengthBytes).sum();
    }
}
