// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A log was recovered. */
@Name("org.selkie.Recovery")
@Label("Log Recovery")
@Category("Selkie")
@Description("The records of a log were checked and counted")
@StackTrace(false)
final class RecoveryEvent extends Event {

    @Label("Log")
    String log = "";

    @Label("Records")
    long records;

    @Label("Scanned")
    @DataAmount
    long scannedBytes;

    @Label("Dropped")
    @DataAmount
    long droppedBytes;

    @Label("Findings")
    long findings;

    void record(LogRecovery recovery) {
        end();
        if (shouldCommit()) {
            log = recovery.log();
            records = recovery.records();
            scannedBytes = recovery.scannedBytes();
            droppedBytes = recovery.droppedBytes();
            findings = recovery.findingCount();
            commit();
        }
    }
}
