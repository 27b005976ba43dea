// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.util.List;

/** Where a log goes on after recovery. */
record RecoveredLog(long start, long tail, LogExtent active, ExtentChain chain, List<LogExtent> surplus,
        LogRecovery report) {
}
