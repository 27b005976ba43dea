// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import java.lang.foreign.MemorySegment;
import org.selkie.os.FileHandle;
import org.selkie.persist.Granularity;

/** Extents over the memory of crash images, which the engine makes for nobody else. */
public final class ImageExtents {

    private static final FileHandle NOTHING = FileHandle.memfd("images", 0);

    private ImageExtents() {
    }

    /** An extent that is closed one day. */
    public static Extent closed(String name, MemorySegment memory, Granularity granularity, ExtentOptions options) {
        return Extent.over(name, FileHandle.memfd(name, 0), memory, granularity, options);
    }

    /** An extent that is left to the collector: all of them share one handle. */
    public static Extent forgotten(String name, MemorySegment memory, Granularity granularity, ExtentOptions options) {
        return Extent.over(name, NOTHING, memory, granularity, options);
    }
}
