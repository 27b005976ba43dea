// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

/** The power went again during recovery, and what that left is refused. */
public final class InterruptedRecoveryError extends AssertionError {

    private static final long serialVersionUID = 1L;

    private final transient Violation violation;

    InterruptedRecoveryError(Violation violation) {
        super("the power goes again during recovery, whose events are numbered from 0; "
                + violation.toString().replace("\n", "\n    "), violation.thrown());
        this.violation = violation;
    }

    /** What the second crash left. */
    public Violation violation() {
        return violation;
    }
}
