// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.contender;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.selkie.extent.Extent;
import org.selkie.extent.ExtentOptions;
import org.selkie.persist.Durability;

/** Memory on the medium, all of it touched, that loops in C go round in. */
public final class Ring implements AutoCloseable {

    /** A power of two. */
    public static final long LENGTH_BYTES = 64L << 20;
    /** Room for a record behind it; a multiple of what a device aligns to. */
    private static final long EXTRA_BYTES = 2L << 20;

    private final Extent extent;
    private final Path file;
    private final boolean isOnDevice;

    /** Makes one. */
    public Ring(Place place, Path file) {
        this.file = file;
        ExtentOptions options = ExtentOptions.ofLength(LENGTH_BYTES + EXTRA_BYTES)
                .withRequiredDurability(place.isDirect() ? place.durability() : Durability.PROCESS_CRASH);
        isOnDevice = place.device().isPresent();
        extent = isOnDevice ? DeviceParts.take(place.device().get(), LENGTH_BYTES + EXTRA_BYTES, options)
                : Extent.create(file, options);
        extent.segment().fill((byte) 0);
    }

    /** Where it begins. */
    public long address() {
        return extent.address();
    }

    /** Without writing back, and removes the file: what is on it is worth nothing. */
    @Override
    public void close() throws IOException {
        if (isOnDevice) {
            DeviceParts.giveBack(extent);
            return;
        }
        extent.closePersisted();
        Files.deleteIfExists(file);
    }
}
