// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

import java.nio.file.Path;
import java.util.Optional;
import org.selkie.fault.SealUnavailableException;
import org.selkie.os.Capabilities;
import org.selkie.os.Errno;
import org.selkie.os.FileStatus;
import org.selkie.os.KernelAbi;

/**
 * The immutable flag, set after the file was mapped: the mapping stays writable, and the kernel refuses write,
 * fallocate, truncate, unlink and rename to everybody. Holds on ext4 with DAX alone: through a page cache every store
 * would fault, and xfs still truncates through a descriptor that was open before.
 *
 * <p>The flag outlives a crash. A marker beside the file, durable before the flag is set, lets {@link
 * SealMarker#recover(Path)} clear it.
 */
public final class ImmutableSeal extends Seal {
    private final Path file;
    private final BlockMap sealed;

    private ImmutableSeal(SealTarget target, Path file, BlockMap sealed) {
        super(SealTier.IMMUTABLE, target);
        this.file = file;
        this.sealed = sealed;
    }

    /**
     * Why a file cannot have this seal.
     *
     * @param status the file's status
     * @param fileSystemType the magic number of its file system
     * @return the reason and the remedy; empty where it can
     */
    public static Optional<String> obstacle(FileStatus status, long fileSystemType) {
        if (!status.isDax() || fileSystemType != KernelAbi.EXT4_SUPER_MAGIC) {
            return Optional.of("only ext4 with DAX keeps the mapping of an immutable file writable: mount ext4 with "
                    + "-o dax, or use LEASE");
        }
        if (!Capabilities.has(KernelAbi.CAP_LINUX_IMMUTABLE)) {
            return Optional.of("CAP_LINUX_IMMUTABLE is missing: run with it (setpriv --ambient-caps "
                    + "+linux_immutable), or use LEASE");
        }
        return Optional.empty();
    }

    /**
     * Writes the marker and sets the flag.
     *
     * @param target the file, mapped already
     * @param file its path, for the marker beside it
     * @param sealed its block map now
     * @return the seal
     * @throws SealUnavailableException where the flag cannot be set or would make stores fault; nothing is left behind
     */
    public static ImmutableSeal take(SealTarget target, Path file, BlockMap sealed) {
        FileStatus status = target.handle().status();
        obstacle(status, target.handle().fileSystem().type()).ifPresent(reason -> {
            throw new SealUnavailableException("an IMMUTABLE seal on " + file + " is refused: " + reason);
        });
        int errno = SealMarker.set(new SealedFile(target.handle(), file));
        if (errno != 0) {
            throw new SealUnavailableException("an IMMUTABLE seal on " + file + " failed: ioctl(FS_IOC_SETFLAGS) = "
                    + Errno.name(errno) + "; use LEASE");
        }
        return new ImmutableSeal(target, file, sealed);
    }

    @Override
    Optional<String> inspect() {
        if (!target().handle().status().isImmutable()) {
            return Optional.of("somebody cleared its immutable flag");
        }
        return target().changeSince(sealed);
    }

    @Override
    void letGo() {
        SealMarker.clear(target().handle(), file);
    }
}
