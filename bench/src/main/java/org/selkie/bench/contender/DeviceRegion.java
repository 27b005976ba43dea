// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.contender;

import java.lang.foreign.MemorySegment;
import org.selkie.extent.Extent;
import org.selkie.extent.ExtentOptions;

/** A part of the device of a run that a loop in C writes. */
public final class DeviceRegion implements AutoCloseable {

    private final Extent extent;

    /** Takes it. */
    public DeviceRegion(Place place, long lengthBytes) {
        extent = DeviceParts.take(place.device().orElseThrow(), lengthBytes,
                ExtentOptions.ofLength(lengthBytes).withRequiredDurability(place.durability()));
    }

    /** Its bytes. */
    public MemorySegment segment() {
        return extent.segment();
    }

    @Override
    public void close() {
        DeviceParts.giveBack(extent);
    }
}
