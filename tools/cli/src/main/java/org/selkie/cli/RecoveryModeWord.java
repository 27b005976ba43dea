// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import org.selkie.log.RecoveryMode;

/** {@code strict}, {@code drop-torn-tail} and {@code salvage}. */
public final class RecoveryModeWord extends EnumWord<RecoveryMode> {
    public RecoveryModeWord() {
        super(RecoveryMode.class);
    }
}
