// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.util.List;
import org.selkie.format.FormattedExtent;

/**
 * A log that was scanned and judged, and not changed yet. A pool examines all of its logs before it repairs the first: what
 * refuses one of them leaves the others as they are.
 */
public final class LogExamination {

    private final String name;
    private final Recovery recovery;
    private final boolean readOnly;

    private LogExamination(String name, Recovery recovery, boolean readOnly) {
        this.name = name;
        this.recovery = recovery;
        this.readOnly = readOnly;
    }

    /**
     * Examines a log.
     *
     * @param extents  all extents whose header names the log, at least one, in any order
     * @param readOnly whether to change nothing and to refuse nothing: another process may be writing
     * @throws DamagedLogException if the mode refuses what was found; nothing was changed
     */
    public static LogExamination of(String name, List<FormattedExtent> extents, RecoveryMode mode, boolean readOnly) {
        Recovery recovery = new Recovery(name, extents.stream().map(LogExtent::new).toList(), mode);
        recovery.examine(!readOnly);
        return new LogExamination(name, recovery, readOnly);
    }

    /** Repairs the log, unless it is only read, and gives back to the pool what it does not need. Once. */
    public LogOpener recover(ExtentSource source) {
        RecoveredLog recovered = recovery.finish(!readOnly, source);
        if (!readOnly) {
            recovered.surplus().forEach(extent -> source.giveBack(extent.formatted));
        }
        return new LogOpener(name, source, recovered, readOnly);
    }
}
