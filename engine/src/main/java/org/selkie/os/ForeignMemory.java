// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.lang.foreign.MemorySegment;

/** Memory that somebody else allocated and keeps alive. */
public final class ForeignMemory {

    private ForeignMemory() {
    }

    /** The bytes at an address. The caller vouches for them for as long as the segment is used. */
    @SuppressWarnings("restricted")
    public static MemorySegment at(long address, long lengthBytes) {
        return MemorySegment.ofAddress(address).reinterpret(lengthBytes);
    }
}
