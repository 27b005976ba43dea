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
 * @param findings      everything that is not a record; empty after a clean close
 */
public record LogRecovery(String log, long startPosition, long endPosition, long records, long payloadBytes,
        long scannedBytes, long nanos, List<Finding> findings) {

    /** Whether nothing was dropped. */
    public boolean isClean() {
        return findings.isEmpty();
    }

    /** Whether records that were acknowledged may be lost. */
    public boolean hasLoss() {
        return findings.stream().anyMatch(finding -> finding.kind().isLoss());
    }

    /** The bytes on media that hold no record any more. */
    public long droppedBytes() {
        return findings.stream().mapToLong(Finding::lengthBytes).sum();
    }
}
