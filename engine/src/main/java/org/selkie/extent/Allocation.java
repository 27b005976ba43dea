// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.selkie.fault.ExtentLengthException;
import org.selkie.fault.MediumRefusedException;
import org.selkie.fault.NoSpaceException;
import org.selkie.fault.SystemCallException;
import org.selkie.os.Errno;
import org.selkie.os.FileHandle;
import org.selkie.os.InodeFlags;
import org.selkie.os.KernelAbi;
import org.selkie.os.Linux;
import org.selkie.seal.BlockMap;

/**
 * Gives a file all of its blocks, written: a block that is allocated at a later store would change the map under the
 * seal, and on a full file system end as SIGBUS.
 */
final class Allocation {
    private Allocation() {}

    /** Refuses a length that cannot be mapped whole. */
    static void requireWholePages(String name, long lengthBytes, long pageBytes) {
        if (lengthBytes == 0 || lengthBytes % pageBytes != 0) {
            throw new ExtentLengthException("an extent of " + lengthBytes + " bytes on " + name
                    + " is refused: its pages have " + pageBytes + " bytes; give a multiple of that, and not 0");
        }
    }

    /** The size of the pages that a file is made of. */
    static long pageBytes(FileHandle handle) {
        boolean huge = handle.fileSystem().type() == KernelAbi.HUGETLBFS_MAGIC;
        return huge ? handle.fileSystem().blockBytes() : Linux.pageSizeBytes();
    }

    /** Allocates and writes every block of a new file, and makes file and name durable. */
    static void fill(FileHandle handle, Path file, Medium medium, long lengthBytes) {
        keepInPlace(handle);
        reserve(handle, lengthBytes);
        if (!medium.isMemory()) {
            // fallocate leaves the blocks unwritten, and the first store to each would convert it.
            handle.writeZeros(0, lengthBytes);
            handle.sync();
            syncDirectoryOf(file);
        }
    }

    /** Allocates every page of a new memfd. */
    static void fillMemory(FileHandle handle, long lengthBytes) {
        reserve(handle, lengthBytes);
    }

    private static void reserve(FileHandle handle, long lengthBytes) {
        int errno = handle.tryAllocate(0, 0, lengthBytes);
        if (errno == Errno.ENOSPC && pageBytes(handle) > Linux.pageSizeBytes()) {
            throw new NoSpaceException(
                    "fallocate",
                    "fd=" + handle.name() + ", mode=0, offset=0, length=" + lengthBytes,
                    errno,
                    Errno.name(errno),
                    "the pool of huge pages is empty: raise vm.nr_hugepages, or leave huge pages off");
        }
        // Where the file system cannot allocate ahead, writing the zeros allocates, and finds out just as well.
        if (errno != 0 && errno != Errno.EOPNOTSUPP) {
            handle.allocate(0, lengthBytes);
        }
    }

    /** Tells xfs_fsr to leave the file alone; the others have no such thing. */
    private static void keepInPlace(FileHandle handle) {
        if (handle.fileSystem().type() == KernelAbi.XFS_SUPER_MAGIC) {
            InodeFlags.trySetExtended(handle, KernelAbi.FS_XFLAG_NODEFRAG);
        }
    }

    static void syncDirectoryOf(Path file) {
        Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent());
        try (FileHandle handle = FileHandle.open(directory, KernelAbi.O_DIRECTORY)) {
            handle.sync();
        } catch (SystemCallException e) {
            // FUSE and 9p may not know fsync of a directory; every other error means that the name may be lost.
            if (e.errno() != Errno.EINVAL) {
                throw e;
            }
        }
    }

    /** The block map of a file all of whose blocks are there, written and its own; refuses any other. */
    static BlockMap requireWhole(FileHandle handle, long lengthBytes) {
        BlockMap map = BlockMap.read(handle, lengthBytes, true);
        Optional<String> fault = map.fault(BlockMap.Use.DIRECT);
        if (fault.isPresent()) {
            throw new MediumRefusedException(handle.name() + " cannot carry an extent: " + fault.get()
                    + "; let the engine create the file, or copy it without sparse blocks or reflinks");
        }
        return map;
    }
}
