// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

/** A crash breaks the structure. The cause is what the checker threw. */
public final class CrashConsistencyError extends AssertionError {

    private static final long serialVersionUID = 1L;

    private final transient Report report;

    CrashConsistencyError(Report report) {
        this(report.toString(), report);
    }

    /** With a message that says more than the report alone can. */
    public CrashConsistencyError(String message, Report report) {
        super(message, report.violations().getFirst().thrown());
        this.report = report;
    }

    /** All that was found. */
    public Report report() {
        return report;
    }
}
