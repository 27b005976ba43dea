// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A log went on to its next extent. */
@Name("org.selkie.RollOver")
@Label("Log Roll-over")
@Category("Selkie")
@Description("A log went on to its next extent")
@StackTrace(false)
final class RollOverEvent extends Event {

    @Label("Log")
    String log = "";

    @Label("Extent Sequence")
    long sequence;

    @Label("Padding")
    @DataAmount
    long paddingBytes;

    void record(String name, long extentSequence, long padding) {
        end();
        if (shouldCommit()) {
            log = name;
            sequence = extentSequence;
            paddingBytes = padding;
            commit();
        }
    }
}
