// SPDX-License-Identifier: Apache-2.0
package org.selkie;

import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.selkie.log.Finding;
import org.selkie.log.LogRecovery;

/**
 * What opening a pool found: every log with its records, and everything that is not a record, with the exact place.
 *
 * @param pool     the path or device
 * @param logs     in the order of their names
 * @param findings that belong to no log: extents whose header cannot be read, or that are shorter than they should be
 * @param nanos    that opening took
 */
public record RecoveryReport(String pool, UUID poolId, List<LogRecovery> logs, List<Finding> findings, long nanos) {

    /** Whether everything is as a clean close leaves it. */
    public boolean isClean() {
        return findings.isEmpty() && logs.stream().allMatch(LogRecovery::isClean);
    }

    /** Whether records that were acknowledged may be lost. */
    public boolean hasLoss() {
        return losses() > 0;
    }

    /** The places where records that were acknowledged may be lost, listed or not. */
    public long losses() {
        return findings.stream().filter(finding -> finding.kind().isLoss()).count()
                + logs.stream().mapToLong(LogRecovery::losses).sum();
    }

    /** Those that belong to no log, and then those of each, as far as they are listed. */
    public List<Finding> allFindings() {
        return Stream.concat(findings.stream(), logs.stream().flatMap(log -> log.findings().stream())).toList();
    }

    /** The records of all logs. */
    public long records() {
        return logs.stream().mapToLong(LogRecovery::records).sum();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (LogRecovery log : logs) {
            text.append("log ").append(log.log()).append(": ").append(log.records()).append(" records, ")
                    .append(log.payloadBytes()).append(" bytes, positions ").append(log.startPosition()).append(" to ")
                    .append(log.endPosition()).append('\n');
            log.findings().forEach(finding -> text.append("  ").append(finding).append('\n'));
            if (log.unlisted().findings() > 0) {
                text.append("  ").append(log.unlisted()).append('\n');
            }
        }
        findings.forEach(finding -> text.append(finding).append('\n'));
        return text.append(isClean() ? "clean" : hasLoss() ? "damaged"
                : "recovered, nothing was dropped that is known to have been durable").toString();
    }
}
