// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** Appends waited because the next extent was not ready. */
@Name("org.selkie.Stall")
@Label("Log Stall")
@Category("Selkie")
@Description("Appends waited for an extent that was not prepared ahead")
@StackTrace(false)
final class StallEvent extends Event {

    @Label("Log")
    String log = "";

    @Label("Extent Sequence")
    long sequence;

    void record(String name, long extentSequence) {
        end();
        if (shouldCommit()) {
            log = name;
            sequence = extentSequence;
            commit();
        }
    }
}
