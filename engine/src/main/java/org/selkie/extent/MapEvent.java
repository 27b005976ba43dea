// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** The flight recorder's record of an extent that was mapped; its duration covers allocation, population and seal. */
@Name("org.selkie.Map")
@Label("Extent Map")
@Category({"Selkie", "Extent"})
@Description("An extent was allocated or found, mapped and sealed")
final class MapEvent extends Event {
    @Label("Extent")
    String extent = "";

    @Label("Length")
    @DataAmount
    long lengthBytes;

    @Label("Medium")
    String medium = "";

    @Label("Durability")
    String durability = "";

    @Label("Tier")
    String tier = "";

    /** Fills in what was got, where something records. */
    void finish(Extent mapped) {
        if (shouldCommit()) {
            ExtentReport report = mapped.report();
            extent = report.name();
            lengthBytes = report.lengthBytes();
            medium = report.medium().name();
            durability = report.durability().name();
            tier = report.tier().name();
            commit();
        }
    }
}
