// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What recovery meets in one log: the first places one by one, the rest counted. */
final class Findings {

    /** More than anybody reads; a forged extent can have one at every other line. */
    static final int MOST_LISTED = 1000;

    private final List<Finding> listed = new ArrayList<>();
    private long unlisted;
    private long unlistedLosses;
    private long unlistedBytes;

    void add(Finding finding) {
        add(finding.kind(), finding.lengthBytes(), () -> finding);
    }

    /** Makes the finding only if it is to be listed. */
    void add(Finding.Kind kind, long lengthBytes, Supplier<Finding> finding) {
        if (listed.size() < MOST_LISTED) {
            listed.add(finding.get());
        } else {
            unlisted++;
            unlistedLosses += kind.isLoss() ? 1 : 0;
            unlistedBytes += lengthBytes;
        }
    }

    List<Finding> listed() {
        return List.copyOf(listed);
    }

    LogRecovery.Unlisted unlisted() {
        return unlisted == 0 ? LogRecovery.Unlisted.NONE : new LogRecovery.Unlisted(unlisted, unlistedLosses, unlistedBytes);
    }
}
