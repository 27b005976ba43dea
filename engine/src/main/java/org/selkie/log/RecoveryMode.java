// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

/** What to do with what a crash or a damaged medium left. */
public enum RecoveryMode {
    /** Refuse to open unless every byte is as a clean close leaves it. Changes nothing. */
    STRICT,
    /**
     * Drop what was never acknowledged (a torn tail, a claim that was not written), and refuse to open if something that
     * was acknowledged is damaged.
     */
    DROP_TORN_TAIL,
    /** Keep every record that verifies, and mark what is lost as a gap. */
    SALVAGE
}
