// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

import java.util.ArrayList;
import java.util.List;
import org.selkie.os.KernelAbi;

/** The flags of FIEMAP as words for a reader. */
final class BlockFlags {
    private BlockFlags() {}

    static String names(int flags) {
        List<String> names = new ArrayList<>();
        add(names, flags, KernelAbi.FIEMAP_EXTENT_UNKNOWN, "at an unknown place");
        add(names, flags, KernelAbi.FIEMAP_EXTENT_DELALLOC, "not allocated yet");
        add(names, flags, KernelAbi.FIEMAP_EXTENT_ENCODED, "compressed or encoded");
        add(names, flags, KernelAbi.FIEMAP_EXTENT_DATA_ENCRYPTED, "encrypted");
        add(names, flags, KernelAbi.FIEMAP_EXTENT_NOT_ALIGNED, "not aligned");
        add(names, flags, KernelAbi.FIEMAP_EXTENT_DATA_INLINE, "inside the inode");
        add(names, flags, KernelAbi.FIEMAP_EXTENT_DATA_TAIL, "packed with other tails");
        add(names, flags, KernelAbi.FIEMAP_EXTENT_UNWRITTEN, "unwritten");
        add(names, flags, KernelAbi.FIEMAP_EXTENT_SHARED, "shared with another file");
        return names.isEmpty() ? "0x" + Integer.toHexString(flags) : String.join(" and ", names);
    }

    private static void add(List<String> names, int flags, int flag, String name) {
        if ((flags & flag) != 0) {
            names.add(name);
        }
    }
}
