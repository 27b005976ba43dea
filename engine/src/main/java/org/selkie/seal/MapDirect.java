// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.selkie.fault.SystemCallException;
import org.selkie.os.Errno;
import org.selkie.os.FileHandle;
import org.selkie.os.KernelAbi;
import org.selkie.os.Lease;
import org.selkie.os.Linux;
import org.selkie.os.Mapping;

/**
 * MAP_DIRECT, the flag of mmap that seals the block map while a mapping lives. It was proposed in 2017 and never
 * merged, so its bit is configuration, and a kernel is believed only when it behaves: with a writable mapping alive, a
 * hole in the same file is refused with ETXTBSY; after the unmap it is granted.
 */
public final class MapDirect {
    private static final Map<Integer, String> TAKEN = taken();
    private static final int TYPE_MASK = 0xf;
    private static final int HUGE_PAGE_SIZE_BITS = 0xfc000000;

    private MapDirect() {}

    private static Map<Integer, String> taken() {
        Map<Integer, String> taken = new TreeMap<>();
        taken.put(0x10, "MAP_FIXED");
        taken.put(0x20, "MAP_ANONYMOUS");
        taken.put(0x40, "MAP_32BIT (the bit of the fourth MAP_DIRECT series)");
        taken.put(0x80, "MAP_ABOVE4G");
        taken.put(0x100, "MAP_GROWSDOWN");
        taken.put(0x800, "MAP_DENYWRITE");
        taken.put(0x1000, "MAP_EXECUTABLE");
        taken.put(0x2000, "MAP_LOCKED");
        taken.put(0x4000, "MAP_NORESERVE");
        taken.put(0x8000, "MAP_POPULATE");
        taken.put(0x10000, "MAP_NONBLOCK");
        taken.put(0x20000, "MAP_STACK");
        taken.put(0x40000, "MAP_HUGETLB");
        taken.put(KernelAbi.MAP_SYNC, "MAP_SYNC (the bit of the later MAP_DIRECT series)");
        taken.put(KernelAbi.MAP_FIXED_NOREPLACE, "MAP_FIXED_NOREPLACE");
        return taken;
    }

    /**
     * Why a bit cannot be MAP_DIRECT: every number of 2017 means something else today.
     *
     * @param bit the configured bit
     * @return the reason; empty where the bit is free in Linux as it is
     */
    public static Optional<String> objection(int bit) {
        if (Integer.bitCount(bit) != 1) {
            return Optional.of("0x" + Integer.toHexString(bit) + " is not one bit");
        }
        if ((bit & TYPE_MASK) != 0) {
            return Optional.of("0x" + Integer.toHexString(bit) + " is a part of the type of the mapping");
        }
        if ((bit & HUGE_PAGE_SIZE_BITS) != 0) {
            return Optional.of("0x" + Integer.toHexString(bit) + " is a part of the huge page size");
        }
        return Optional.ofNullable(TAKEN.get(bit))
                .map(name -> "0x" + Integer.toHexString(bit) + " is " + name + " in Linux today");
    }

    /**
     * What a kernel did with the bit.
     *
     * @param proven whether the behaviour was seen
     * @param errno of the mmap; 0 where it succeeded, which alone proves nothing
     * @param reason what was seen, for a reader
     */
    public record Proof(boolean proven, int errno, String reason) {}

    /**
     * Proves the behaviour on a scratch file.
     *
     * @param scratch an empty file, open for writing, on the file system in question; its content is spoiled
     * @param flags the {@code MAP_*} bits of the mapping, the configured one among them
     * @return what was seen
     */
    public static Proof prove(FileHandle scratch, int flags) {
        long page = Linux.pageSizeBytes();
        scratch.writeZeros(0, 2 * page);
        scratch.sync();
        // Where the flag is a lease, as in the last series of 2017, the hole below breaks it, and a signal says so.
        Lease.divertSignal(scratch);
        int punch = KernelAbi.FALLOC_FL_KEEP_SIZE | KernelAbi.FALLOC_FL_PUNCH_HOLE;
        int whileMapped;
        try (Mapping mapping = Mapping.map(scratch, 0, 2 * page, true, flags)) {
            mapping.populate();
            whileMapped = scratch.tryAllocate(punch, 0, page);
        } catch (SystemCallException e) {
            return new Proof(false, e.errno(), "the kernel refuses the mapping: " + e.errnoName());
        }
        if (whileMapped != Errno.ETXTBSY) {
            return new Proof(false, 0, "the kernel took the bit, but a hole under the mapping gave "
                    + (whileMapped == 0 ? "success" : Errno.name(whileMapped)) + " and not ETXTBSY: not proven");
        }
        int afterUnmap = scratch.tryAllocate(punch, 0, page);
        if (afterUnmap != 0) {
            return new Proof(false, 0, "a hole is still refused after the unmap (" + Errno.name(afterUnmap)
                    + "), so the mapping was not the reason: not proven");
        }
        return new Proof(true, 0, "a hole was refused with ETXTBSY while mapped and granted after the unmap");
    }

    /** Whether a file is sealed now. Asks for blocks that are there: without a seal that changes nothing. */
    static boolean isSealed(FileHandle handle) {
        return handle.tryAllocate(KernelAbi.FALLOC_FL_KEEP_SIZE, 0, Linux.pageSizeBytes()) == Errno.ETXTBSY;
    }
}
