// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.selkie.fault.SelkieException;
import org.selkie.fault.SystemCallException;

/**
 * An open file descriptor and its one owner. Every open is O_CLOEXEC and O_NOFOLLOW: a symbolic link as the last part
 * of a path is refused with ELOOP, a child process never inherits the descriptor.
 *
 * <p>Safe for use by several threads; the owner closes it once nobody else uses it. Failures are
 * {@link SystemCallException}s that name the file.
 */
public final class FileHandle implements AutoCloseable {
    /** Only the owner may read and write what Selkie makes. */
    private static final int MODE_OWNER_ONLY = 0600;

    /**
     * A write makes a folio of its length in the page cache, and where a file system has large ones (ext4 since Linux 6.16), a
     * store through a mapping makes all of it dirty: msync of one record then writes a megabyte
     * (docs/decisions/0014-small-folios-and-a-leader-that-waits.md).
     */
    private static final int ZERO_CHUNK_BYTES = 4096;
    private static final int CLOSED = -1;

    private final String name;
    private final AtomicInteger descriptor;

    private FileHandle(String name, int fd) {
        this.name = name;
        this.descriptor = new AtomicInteger(fd);
    }

    /**
     * Opens a path.
     *
     * @param path the file, directory or device
     * @param flags the {@code O_*} bits; O_CLOEXEC and O_NOFOLLOW are added
     * @return the handle; a new file is readable and writable by its owner alone
     */
    public static FileHandle open(Path path, int flags) {
        int all = flags | KernelAbi.O_CLOEXEC | KernelAbi.O_NOFOLLOW;
        long fd = LibC.open(bytesOf(path), all, MODE_OWNER_ONLY);
        Refusal.check(fd, "open", "path=" + path + ", flags=" + FlagNames.open(all));
        return new FileHandle(path.toString(), (int) fd);
    }

    /**
     * Makes an anonymous file that lives in memory.
     *
     * @param name a label for {@code /proc/self/maps}
     * @param flags the {@code MFD_*} bits; MFD_CLOEXEC is added, and MFD_NOEXEC_SEAL where the kernel has it
     * @return the handle
     */
    public static FileHandle memfd(String name, int flags) {
        byte[] label = name.getBytes(StandardCharsets.UTF_8);
        int asked = flags | KernelAbi.MFD_CLOEXEC;
        // Kernels before 6.3 answer EINVAL to MFD_NOEXEC_SEAL; later ones log a warning where it is absent.
        long fd = LibC.memfdCreate(label, asked | KernelAbi.MFD_NOEXEC_SEAL);
        if (fd == -Errno.EINVAL) {
            fd = LibC.memfdCreate(label, asked);
        }
        Refusal.check(fd, "memfd_create", "name=" + name + ", flags=0x" + Integer.toHexString(asked));
        return new FileHandle("memfd:" + name, (int) fd);
    }

    /**
     * Removes a name. What is open or mapped stays until its last user lets go.
     *
     * @param path the file
     */
    public static void unlink(Path path) {
        Refusal.check(LibC.unlink(bytesOf(path)), "unlink", "path=" + path);
    }

    /**
     * The status of a path itself, without opening it: an open could break the lease of its holder.
     *
     * @param path the file; a symbolic link is not followed
     * @return its status
     */
    public static FileStatus statusOf(Path path) {
        // O_PATH neither follows the link (with O_NOFOLLOW) nor breaks a lease, and says what lies there in one step.
        try (FileHandle handle = open(path, KernelAbi.O_PATH)) {
            return handle.status();
        }
    }

    private static byte[] bytesOf(Path path) {
        // The JVM encodes path names with this charset; any other would name another file.
        return path.toString().getBytes(Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8")));
    }

    /**
     * The descriptor's number.
     *
     * @return a number that is valid until {@link #close()}
     */
    public int fd() {
        int fd = descriptor.get();
        if (fd == CLOSED) {
            throw new SelkieException("the handle of " + name + " is closed; open the file again");
        }
        return fd;
    }

    /**
     * What was opened.
     *
     * @return the path, or {@code memfd:} and the label
     */
    public String name() {
        return name;
    }

    /**
     * Asks the kernel about the inode.
     *
     * @return its status now
     */
    public FileStatus status() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment statx = arena.allocate(KernelStructs.STATX_SIZE, Long.BYTES);
            int mask = KernelAbi.STATX_BASIC_STATS | KernelAbi.STATX_BTIME;
            check(LibC.statx(fd(), new byte[0], KernelAbi.AT_EMPTY_PATH, mask, statx), "statx", "flags=AT_EMPTY_PATH");
            return FileStatus.read(statx);
        }
    }

    /**
     * Asks the kernel about the file system.
     *
     * @return its type and free space now
     */
    public FileSystem fileSystem() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment statfs = arena.allocate(KernelStructs.STATFS_SIZE, Long.BYTES);
            check(LibC.fstatfs(fd(), statfs), "fstatfs", "");
            long blockBytes = statfs.get(ValueLayout.JAVA_LONG, KernelStructs.STATFS_F_BSIZE_OFFSET);
            long available = statfs.get(ValueLayout.JAVA_LONG, KernelStructs.STATFS_F_BAVAIL_OFFSET);
            return new FileSystem(
                    statfs.get(ValueLayout.JAVA_LONG, KernelStructs.STATFS_F_TYPE_OFFSET),
                    blockBytes,
                    available * blockBytes);
        }
    }

    /**
     * Allocates space for a range; the file grows to hold it. The blocks read as zeros but may be unwritten: until they
     * have been written, a power loss or the first store may still change the block map.
     *
     * @param offsetBytes where the range begins
     * @param lengthBytes its length
     */
    public void allocate(long offsetBytes, long lengthBytes) {
        check(
                LibC.fallocate(fd(), 0, offsetBytes, lengthBytes),
                "fallocate",
                "mode=0, offset=" + offsetBytes + ", length=" + lengthBytes);
    }

    /**
     * Tries fallocate(2) where a refusal is an answer: a probe for a seal, or a fallback.
     *
     * @param mode the {@code FALLOC_FL_*} bits
     * @param offsetBytes where the range begins
     * @param lengthBytes its length
     * @return 0, or the errno
     */
    public int tryAllocate(int mode, long offsetBytes, long lengthBytes) {
        return (int) -LibC.fallocate(fd(), mode, offsetBytes, lengthBytes);
    }

    /**
     * Sets the length.
     *
     * @param lengthBytes the new length; bytes beyond the old end read as zeros and have no blocks
     */
    public void truncate(long lengthBytes) {
        check(LibC.ftruncate(fd(), lengthBytes), "ftruncate", "length=" + lengthBytes);
    }

    /**
     * Writes zeros with pwrite, so that every block of the range is allocated and written. Not durable before {@link
     * #sync()}.
     *
     * @param offsetBytes where the range begins
     * @param lengthBytes its length
     */
    public void writeZeros(long offsetBytes, long lengthBytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment zeros = arena.allocate(Math.min(ZERO_CHUNK_BYTES, Math.max(1, lengthBytes)), Long.BYTES);
            long done = 0;
            while (done < lengthBytes) {
                long chunk = Math.min(zeros.byteSize(), lengthBytes - done);
                done += writeOnce(zeros, offsetBytes + done, chunk);
            }
        }
    }

    /**
     * Writes bytes. Not durable before {@link #sync()}. On hugetlbfs, which has no write(2), a file that is too short becomes as
     * many whole pages as they take.
     *
     * @param offsetBytes where they go
     * @param bytes what is written, all of it
     */
    public void write(long offsetBytes, byte[] bytes) {
        if (isOnHugetlbfs()) {
            store(offsetBytes, bytes);
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment source = CFunctions.cString(arena, bytes);
            long done = 0;
            while (done < bytes.length) {
                done += writeOnce(source.asSlice(done), offsetBytes + done, bytes.length - done);
            }
        }
    }

    private boolean isOnHugetlbfs() {
        return fileSystem().type() == KernelAbi.HUGETLBFS_MAGIC;
    }

    /** Through a mapping of all pages that the bytes lie in. */
    private void store(long offsetBytes, byte[] bytes) {
        long pageBytes = fileSystem().blockBytes();
        long from = offsetBytes / pageBytes * pageBytes;
        long lengthBytes = (offsetBytes + bytes.length + pageBytes - 1) / pageBytes * pageBytes - from;
        if (status().sizeBytes() < from + lengthBytes) {
            // Reserves the pages as well: a store without one would be a SIGBUS.
            allocate(from, lengthBytes);
        }
        // Guarded all the same: somebody may have cut the file off since.
        try (Mapping mapping = Mapping.map(this, from, lengthBytes, true, KernelAbi.MAP_SHARED)) {
            long to = mapping.segment().address() + offsetBytes - from;
            MemorySegment source = MemorySegment.ofArray(bytes);
            for (long done = 0; done < bytes.length; done += HotPath.LONG_BYTES) {
                long chunk = Math.min(HotPath.LONG_BYTES, bytes.length - done);
                long copied = HotPath.copyIn(to + done, source.asSlice(done, chunk), chunk);
                check(copied < 0 ? -Errno.EFAULT : copied, "memcpy", "offset=" + (offsetBytes + done) + ", length=" + chunk);
            }
        }
    }

    private long writeOnce(MemorySegment source, long offsetBytes, long lengthBytes) {
        return check(
                LibC.pwrite(fd(), source, lengthBytes, offsetBytes),
                "pwrite",
                "offset=" + offsetBytes + ", length=" + lengthBytes);
    }

    /**
     * Reads bytes with pread, which never faults where a mapping would.
     *
     * @param offsetBytes where they lie
     * @param lengthBytes how many to read at most
     * @return what the file has there; shorter at its end
     */
    public byte[] read(long offsetBytes, int lengthBytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(Math.max(1, lengthBytes));
            int done = 0;
            while (done < lengthBytes) {
                long more = check(
                        LibC.pread(fd(), target.asSlice(done), lengthBytes - done, offsetBytes + done),
                        "pread",
                        "offset=" + (offsetBytes + done) + ", length=" + (lengthBytes - done));
                if (more == 0) {
                    break;
                }
                done += (int) more;
            }
            return target.asSlice(0, done).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /** Makes the file's bytes and all of its metadata durable. */
    public void sync() {
        check(LibC.fsync(fd()), "fsync", "");
    }

    /** Makes the file's bytes durable, and the metadata that is needed to read them. */
    public void syncData() {
        check(LibC.fdatasync(fd()), "fdatasync", "");
    }

    /** Checks a result of a call on this handle; the exception names the file and the arguments. */
    long check(long result, String call, String arguments) {
        return Refusal.check(result, call, describe(arguments));
    }

    /** The arguments of a call with this handle before them. */
    String describe(String arguments) {
        return arguments.isEmpty() ? "fd=" + name : "fd=" + name + ", " + arguments;
    }

    /** Closes the descriptor; its locks and leases end with it. Closing twice does nothing. */
    @Override
    public void close() {
        int fd = descriptor.getAndSet(CLOSED);
        if (fd != CLOSED) {
            // An error of close has nothing to undo: the descriptor is gone, and what must be durable was synced
            // before.
            LibC.close(fd);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
