// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** The flight recorder's record of a {@link SealEvent}. */
@Name("org.selkie.SealChange")
@Label("Seal Change")
@Category({"Selkie", "Extent"})
@Description("A seal was taken, is being broken, was released or was revoked")
@StackTrace(false)
final class SealChangeEvent extends Event {
    @Label("Extent")
    String extent = "";

    @Label("Tier")
    String tier = "";

    @Label("Before")
    String before = "";

    @Label("After")
    String after = "";

    /** Costs a few nanoseconds where nothing records; the texts are made only where something does. */
    static void emit(String extent, SealTier tier, String before, SealState after) {
        SealChangeEvent event = new SealChangeEvent();
        if (event.shouldCommit()) {
            event.extent = extent;
            event.tier = tier.name();
            event.before = before;
            event.after = after.toString();
            event.commit();
        }
    }
}
