// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.selkie.fault.MediumRefusedException;
import org.selkie.os.FileHandle;
import org.selkie.os.FileIdentity;
import org.selkie.os.FileStatus;
import org.selkie.os.KernelAbi;

/**
 * A handle through which a file's block map is sealed, asked for and let go, without a mapping. The seal belongs to the
 * inode, not to the handle: what one sets, another one of the same file sees and clears, and it outlives the handle that
 * set it. Setting what is set and clearing what is clear do nothing.
 *
 * <p>A reflinked file can have it, because only the place of the blocks matters here; the first write to it copies blocks,
 * and is reported. No kernel enforces this: it detects. It lives in this process and survives neither its end nor a crash.
 */
public final class BlockMapSeal implements AutoCloseable {
    private static final Map<FileIdentity, BlockMap> SEALED = new ConcurrentHashMap<>();

    private final FileHandle handle;

    private BlockMapSeal(FileHandle handle) {
        this.handle = handle;
    }

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
     * Opens a handle of a file, for reading alone. Sets nothing yet.
     *
     * @param file the file; a symbolic link is not followed
     * @return the handle
     * @throws MediumRefusedException where it is no ordinary file
     * @throws org.selkie.fault.ExtentBusyException where somebody holds a lease on it, which an open would break
     */
    public static BlockMapSeal on(Path file) {
        FileStatus status = FileHandle.statusOf(file);
        if (!status.isRegularFile()) {
            throw new MediumRefusedException(file + " has no block map to seal; name an ordinary file");
        }
        Ownership.requireNoLease(file, status);
        return new BlockMapSeal(FileHandle.open(file, KernelAbi.O_RDONLY | KernelAbi.O_NONBLOCK));
    }

    /**
     * Sets the seal on the whole file. Where one is set already, it stays with its fingerprint.
     *
     * @return whether it was set by this call
     * @throws MediumRefusedException where the map of the file is not whole: holes, unwritten blocks
     */
    public boolean set() {
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
     * @return whether there was one
     */
    public boolean clear() {
        return SEALED.remove(handle.status().identity()) != null;
    }

    /**
     * Asks for the seal and compares the file with it.
     *
     * @return empty where none is set
     */
    public Optional<Status> get() {
        return Optional.ofNullable(SEALED.get(handle.status().identity())).map(sealed -> {
            BlockMap now = BlockMap.read(handle, sealed.sizeBytes(), false);
            return new Status(false, sealed.driftTo(now));
        });
    }

    /** Closes the handle; a seal that it set stays. */
    @Override
    public void close() {
        handle.close();
    }
}
