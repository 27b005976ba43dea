// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.util.List;

/** Where a log goes on after recovery. Below {@code proven} something says that everything is durable. */
record RecoveredLog(long start, long tail, long proven, LogExtent active, ExtentChain chain, List<LogExtent> surplus,
        LogRecovery report) {
}
