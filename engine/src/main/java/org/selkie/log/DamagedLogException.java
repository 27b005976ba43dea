// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import org.selkie.fault.SelkieException;

/** Recovery refused to open a log. Nothing was changed; {@link #recovery} says what was found and where. */
public final class DamagedLogException extends SelkieException {

    private static final long serialVersionUID = 1L;

    private final transient LogRecovery recovery;

    DamagedLogException(LogRecovery recovery, RecoveryMode mode) {
        super("log " + recovery.log() + " cannot be opened with recovery mode " + mode + ": " + recovery.findings().get(0)
                + (recovery.findingCount() == 1 ? "" : ", and " + (recovery.findingCount() - 1) + " more")
                + "; " + remedy(recovery));
        this.recovery = recovery;
    }

    private static String remedy(LogRecovery recovery) {
        return recovery.hasLoss()
                ? "restore it from a copy, or keep every record that verifies with RecoveryMode.SALVAGE"
                : "nothing that is known to have been durable is lost; drop the rest with RecoveryMode.DROP_TORN_TAIL";
    }

    public LogRecovery recovery() {
        return recovery;
    }
}
