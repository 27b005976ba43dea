// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.selkie.os.Fiemap;
import org.selkie.os.FileHandle;
import org.selkie.os.FileStatus;
import org.selkie.os.KernelAbi;

/**
 * A fingerprint of where a file's blocks lie: what FIEMAP says where the file system has it, and the size and the
 * allocated space where it has not (tmpfs, memfd). Two fingerprints of a file whose blocks stayed where they are do not
 * drift.
 */
public final class BlockMap {
    /** What every use refuses: blocks that are not there yet, move by themselves, or are not the file's bytes. */
    private static final int UNSTABLE = KernelAbi.FIEMAP_EXTENT_UNKNOWN
            | KernelAbi.FIEMAP_EXTENT_DELALLOC
            | KernelAbi.FIEMAP_EXTENT_ENCODED
            | KernelAbi.FIEMAP_EXTENT_DATA_ENCRYPTED
            | KernelAbi.FIEMAP_EXTENT_NOT_ALIGNED
            | KernelAbi.FIEMAP_EXTENT_DATA_INLINE
            | KernelAbi.FIEMAP_EXTENT_DATA_TAIL
            | KernelAbi.FIEMAP_EXTENT_UNWRITTEN;

    /** Where the list of runs ends and how the file system stored it says nothing about the blocks. */
    private static final int IGNORED = KernelAbi.FIEMAP_EXTENT_LAST | KernelAbi.FIEMAP_EXTENT_MERGED;

    private final long lengthBytes;
    private final long sizeBytes;
    private final long allocatedBytes;
    private final Optional<List<Fiemap.Run>> runs;

    private BlockMap(long lengthBytes, FileStatus status, Optional<List<Fiemap.Run>> runs) {
        this.lengthBytes = lengthBytes;
        this.sizeBytes = status.sizeBytes();
        this.allocatedBytes = status.allocatedBytes();
        this.runs = runs;
    }

    /** What the file's bytes are reached by, which decides what is acceptable. */
    public enum Use {
        /** Stores go straight to the blocks: a block that another file shares would be copied at the first store. */
        DIRECT,
        /** Only the place of the blocks matters: a reflinked file keeps it as long as nobody writes. */
        STABLE
    }

    /**
     * Takes the fingerprint of a file's first bytes.
     *
     * @param handle the file
     * @param lengthBytes how far to look
     * @param writeBackFirst whether dirty pages are written first. Needed when the file was just filled; an audit
     *     leaves it
     *     out, so that a hole that was filled again by a store still shows
     * @return the fingerprint
     */
    public static BlockMap read(FileHandle handle, long lengthBytes, boolean writeBackFirst) {
        Optional<List<Fiemap.Run>> runs =
                Fiemap.read(handle, lengthBytes, writeBackFirst).map(BlockMap::normalized);
        return new BlockMap(lengthBytes, handle.status(), runs);
    }

    /** Joins what lies side by side: file systems split and merge runs without moving a block. */
    private static List<Fiemap.Run> normalized(List<Fiemap.Run> runs) {
        List<Fiemap.Run> joined = new ArrayList<>();
        for (Fiemap.Run run : runs) {
            Fiemap.Run next = new Fiemap.Run(
                    run.logicalBytes(), run.physicalBytes(), run.lengthBytes(), run.flags() & ~IGNORED);
            Fiemap.Run last = joined.isEmpty() ? null : joined.getLast();
            if (last != null
                    && last.flags() == next.flags()
                    && last.logicalBytes() + last.lengthBytes() == next.logicalBytes()
                    && last.physicalBytes() + last.lengthBytes() == next.physicalBytes()) {
                joined.removeLast();
                next = new Fiemap.Run(
                        last.logicalBytes(),
                        last.physicalBytes(),
                        last.lengthBytes() + next.lengthBytes(),
                        next.flags());
            }
            joined.add(next);
        }
        return List.copyOf(joined);
    }

    /**
     * Whether the file system tells where the blocks lie.
     *
     * @return false where only sizes can be compared
     */
    public boolean isExact() {
        return runs.isPresent();
    }

    /**
     * The runs of blocks, joined where they lie side by side.
     *
     * @return empty where the file system has no FIEMAP
     */
    public Optional<List<Fiemap.Run>> runs() {
        return runs;
    }

    /**
     * The file's size when the fingerprint was taken.
     *
     * @return bytes
     */
    public long sizeBytes() {
        return sizeBytes;
    }

    /**
     * What keeps the map from being sealed.
     *
     * @param use how the bytes are reached
     * @return the first fault, for a reader; empty where every block is there, written and the file's own
     */
    public Optional<String> fault(Use use) {
        if (sizeBytes < lengthBytes) {
            return Optional.of("the file ends at " + sizeBytes + ", before " + lengthBytes);
        }
        if (runs.isEmpty()) {
            return allocatedBytes < lengthBytes
                    ? Optional.of("it is sparse: " + allocatedBytes + " of " + lengthBytes + " bytes are allocated")
                    : Optional.empty();
        }
        long next = 0;
        for (Fiemap.Run run : runs.get()) {
            if (run.logicalBytes() > next) {
                break;
            }
            int refused = run.flags() & (use == Use.DIRECT ? UNSTABLE | KernelAbi.FIEMAP_EXTENT_SHARED : UNSTABLE);
            if (refused != 0) {
                return Optional.of("the blocks at " + run.logicalBytes() + " are " + BlockFlags.names(refused));
            }
            next = run.logicalBytes() + run.lengthBytes();
        }
        return next < lengthBytes ? Optional.of("it is sparse: there is a hole at " + next) : Optional.empty();
    }

    /**
     * Compares with a later fingerprint of the same file.
     *
     * @param later the fingerprint taken later
     * @return what changed first, for a reader; empty where nothing moved
     */
    public Optional<String> driftTo(BlockMap later) {
        if (later.sizeBytes != sizeBytes) {
            return Optional.of("its size was " + sizeBytes + " and is " + later.sizeBytes);
        }
        if (runs.isEmpty() || later.runs.isEmpty()) {
            // More than before is no drift: huge pages may be charged whole and given back in part.
            return later.allocatedBytes < Math.min(allocatedBytes, lengthBytes)
                    ? Optional.of("it had " + allocatedBytes + " bytes allocated and has " + later.allocatedBytes)
                    : Optional.empty();
        }
        return firstDifference(runs.get(), later.runs.get());
    }

    private static Optional<String> firstDifference(List<Fiemap.Run> before, List<Fiemap.Run> after) {
        int common = Math.min(before.size(), after.size());
        for (int i = 0; i < common; i++) {
            if (!before.get(i).equals(after.get(i))) {
                return Optional.of(describe(before.get(i)) + " became " + describe(after.get(i)));
            }
        }
        if (before.size() > common) {
            return Optional.of(describe(before.get(common)) + " is gone");
        }
        if (after.size() > common) {
            return Optional.of(describe(after.get(common)) + " is new");
        }
        return Optional.empty();
    }

    private static String describe(Fiemap.Run run) {
        return "the run of " + run.lengthBytes() + " bytes at " + run.logicalBytes() + " on 0x"
                + Long.toHexString(run.physicalBytes())
                + (run.flags() == 0 ? "" : " (" + BlockFlags.names(run.flags()) + ")");
    }
}
