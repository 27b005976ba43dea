// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Objects;

/** Memory under another scope than that of who allocated it. */
public final class ForeignMemory {

    private ForeignMemory() {
    }

    /** The bytes at an address. The caller vouches for them for as long as the segment is used. */
    @SuppressWarnings("restricted")
    public static MemorySegment at(long address, long lengthBytes) {
        return MemorySegment.ofAddress(address).reinterpret(lengthBytes);
    }

    /** As the other, until an arena is closed. */
    @SuppressWarnings("restricted")
    public static MemorySegment at(long address, long lengthBytes, Arena until) {
        return MemorySegment.ofAddress(address).reinterpret(lengthBytes, until, null);
    }

    /** The same bytes until an arena is closed. Whoever holds the view keeps the memory from the collector. */
    public static MemorySegment view(MemorySegment memory, Arena until) {
        return view(memory, memory.byteSize(), until);
    }

    /**
     * The first of them, until an arena is closed.
     *
     * @param lengthBytes how many; no more than there are
     */
    // No fence around an access: it is the arena, which holds the action, that holds the memory.
    @SuppressWarnings({"restricted", "ReachabilityFenceUsage"})
    public static MemorySegment view(MemorySegment memory, long lengthBytes, Arena until) {
        // Nothing else would notice: a segment can be made longer than what it was made of.
        Objects.checkFromIndexSize(0, lengthBytes, memory.byteSize());
        return memory.reinterpret(lengthBytes, until, _ -> Reference.reachabilityFence(memory));
    }
}
