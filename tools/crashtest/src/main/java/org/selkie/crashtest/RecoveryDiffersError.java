// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

/** Two recoveries of the same promises gave different states: what the first one showed is not durable. */
public final class RecoveryDiffersError extends AssertionError {

    private static final long serialVersionUID = 1L;

    RecoveryDiffersError(String message) {
        super(message);
    }
}
