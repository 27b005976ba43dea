// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.selkie.fault.MediumRefusedException;
import org.selkie.os.FileHandle;
import org.selkie.os.FileIdentity;
import org.selkie.os.FileStatus;

/**
 * Set, clear and get a seal of a file's block map through any handle, without a mapping. It belongs to the inode: a
 * seal that one handle sets, another one of the same file sees and clears. Setting what is set and clearing what is
 * clear do nothing.
 *
 * <p>A reflinked file can have it, because only the place of the blocks matters here; the first write to it copies
 * blocks, and is reported. No kernel enforces this: it detects. It lives in this process and survives neither its end
 * nor a crash.
 */
public final class BlockMapSeal {
    private static final Map<FileIdentity, BlockMap> SEALED = new ConcurrentHashMap<>();

    private BlockMapSeal() {}

    /**
     * What is known of a sealed file.
     *
     * @param enforced whether the kernel refuses a change; false, no kernel does
     * @param drift what changed since the seal was set, for a reader; empty where nothing did
     */
    public record Status(boolean enforced, Optional<String> drift) {
        /**
         * Whether the blocks are where they were.
         *
         * @return true where nothing drifted
         */
        public boolean isIntact() {
            return drift.isEmpty();
        }
    }

    /**
     * Sets the seal on the whole file. Where one is set already, it stays with its fingerprint.
     *
     * @param handle any handle of the file
     * @return whether it was set by this call
     * @throws MediumRefusedException where the map of the file is not whole: holes, unwritten blocks
     */
    public static boolean set(FileHandle handle) {
        FileStatus status = handle.status();
        BlockMap now = BlockMap.read(handle, status.sizeBytes(), true);
        now.fault(BlockMap.Use.STABLE).ifPresent(fault -> {
            throw new MediumRefusedException("a seal on " + handle.name() + " is refused: " + fault
                    + "; write every block and sync it first");
        });
        return SEALED.putIfAbsent(status.identity(), now) == null;
    }

    /**
     * Clears the seal.
     *
     * @param handle any handle of the file
     * @return whether there was one
     */
    public static boolean clear(FileHandle handle) {
        return SEALED.remove(handle.status().identity()) != null;
    }

    /**
     * Asks for the seal and compares the file with it.
     *
     * @param handle any handle of the file
     * @return empty where none is set
     */
    public static Optional<Status> get(FileHandle handle) {
        FileStatus status = handle.status();
        return Optional.ofNullable(SEALED.get(status.identity())).map(sealed -> {
            BlockMap now = BlockMap.read(handle, sealed.sizeBytes(), false);
            return new Status(false, sealed.driftTo(now));
        });
    }
}
