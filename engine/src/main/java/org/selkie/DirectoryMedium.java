// SPDX-License-Identifier: Apache-2.0
package org.selkie;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.selkie.extent.Extent;
import org.selkie.extent.ExtentOptions;
import org.selkie.fault.ExtentBusyException;
import org.selkie.fault.NoSpaceException;
import org.selkie.fault.PoolFormatException;
import org.selkie.fault.PoolFullException;
import org.selkie.fault.SelkieException;
import org.selkie.fault.SystemCallException;
import org.selkie.format.ExtentHeader;
import org.selkie.format.PoolHeader;
import org.selkie.os.Errno;
import org.selkie.os.FileHandle;
import org.selkie.os.FileStatus;
import org.selkie.os.KernelAbi;
import org.selkie.os.OfdLock;
import org.selkie.seal.LeaseTable;
import org.selkie.seal.SealMarker;

/**
 * A directory: {@code pool.selkie} with the pool's header, {@code pool.lock}, and {@code extent-00000001.selkie} and on.
 * Every file is the owner's alone, and none is opened through a symbolic link.
 */
final class DirectoryMedium implements ExtentMedium {

    private static final Pattern EXTENT_FILE = Pattern.compile("extent-(\\d{8,10})\\.selkie");

    private final Path directory;
    private final ExtentOptions extentOptions;
    private final LeaseTable leases = new LeaseTable();
    private final boolean fresh;
    private final @Nullable FileHandle lock;

    /**
     * Takes the lock of the one writer, unless it is for reading.
     *
     * @param fresh whether the directory was made for this
     */
    DirectoryMedium(Path directory, ExtentOptions extentOptions, boolean fresh) {
        this.directory = directory;
        this.extentOptions = extentOptions;
        this.fresh = fresh;
        this.lock = extentOptions.readOnly() ? null : lock(directory);
    }

    private static FileHandle lock(Path directory) {
        FileHandle handle = FileHandle.open(lockFile(directory), KernelAbi.O_RDWR | KernelAbi.O_CREAT);
        if (!OfdLock.tryLock(handle, true, 0, 1)) {
            // On hugetlbfs zeros follow to the end of the page.
            String holder = new String(handle.read(0, 20), StandardCharsets.US_ASCII).replace('\0', ' ').strip();
            handle.close();
            throw new ExtentBusyException("pool " + directory + " is open for writing in process "
                    + (holder.isEmpty() ? "unknown" : holder)
                    + "; close it there, or open it for reading (PoolOptions.forReading)");
        }
        try {
            requireOwnName(handle, directory);
            handle.truncate(0);
            handle.write(0, (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII));
            // What a killed holder of IMMUTABLE seals left would keep its files from being opened, grown or removed.
            SealMarker.recoverAll(directory);
            return handle;
        } catch (RuntimeException | Error e) {
            handle.close();
            throw e;
        }
    }

    /** Before anything is written to it: by a second name it may be a file of somebody else. */
    private static void requireOwnName(FileHandle handle, Path directory) {
        FileStatus status = handle.status();
        if (!status.isRegularFile() || status.links() != 1) {
            throw new PoolFormatException(lockFile(directory) + " is "
                    + (status.isRegularFile() ? "a file with " + status.links() + " names" : "no regular file")
                    + ", expected a regular file with one name; remove it, it holds nothing but the writer's pid");
        }
    }

    private static Path lockFile(Path directory) {
        return directory.resolve("pool.lock");
    }

    /** Opens a file without disturbing anybody, or waiting: an open breaks a lease, and of a pipe it waits for a writer. */
    private FileHandle openQuietly(Path file, int access) {
        FileStatus status = FileHandle.statusOf(file);
        if (!status.isRegularFile()) {
            throw new PoolFormatException(file + " is no regular file; move it away, or restore it from a copy");
        }
        leases.requireNone(file, status);
        try {
            return FileHandle.open(file, access | KernelAbi.O_NONBLOCK);
        } catch (SystemCallException e) {
            if (e.errno() == Errno.EAGAIN) {
                throw new ExtentBusyException(file + " is held under a lease; close it there first", e);
            }
            throw e;
        }
    }

    private Path headerFile() {
        return directory.resolve("pool.selkie");
    }

    private Path extentFile(int number) {
        return directory.resolve(String.format(Locale.ROOT, "extent-%08d.selkie", number));
    }

    @Override
    public Optional<byte[]> readPoolHeader() {
        if (!Files.exists(headerFile(), LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        try (FileHandle handle = openQuietly(headerFile(), KernelAbi.O_RDONLY)) {
            byte[] header = handle.read(0, PoolHeader.BYTES);
            if (header.length < PoolHeader.BYTES) {
                throw new PoolFormatException("the pool header " + headerFile() + " is " + header.length
                        + " bytes long, expected " + PoolHeader.BYTES + "; restore it from a copy");
            }
            return Optional.of(header);
        }
    }

    /** Written under another name first: under its own name it is there as a whole or not at all. */
    @Override
    public void writePoolHeader(byte[] header) {
        Path fresh = directory.resolve("pool.selkie.new");
        try {
            Files.deleteIfExists(fresh);
            try (FileHandle handle = FileHandle.open(fresh, KernelAbi.O_RDWR | KernelAbi.O_CREAT | KernelAbi.O_EXCL)) {
                handle.write(0, header);
                handle.sync();
            }
            Files.move(fresh, headerFile());
        } catch (IOException e) {
            throw new SelkieException("writing the pool header " + headerFile() + " failed: " + e, e);
        }
        try (FileHandle handle = FileHandle.open(directory, KernelAbi.O_RDONLY | KernelAbi.O_DIRECTORY)) {
            handle.sync();
        }
    }

    @Override
    public void unmake() {
        try {
            // Extents first: a header without extents is an empty pool, extents without a header are damage.
            for (int number : numbers()) {
                remove(number);
            }
            Files.deleteIfExists(headerFile());
            Files.deleteIfExists(lockFile(directory));
            if (fresh) {
                Files.deleteIfExists(directory);
            }
        } catch (IOException | SelkieException e) {
            // Whoever called has a failure to report already, and an empty pool does no harm.
            return;
        }
    }

    @Override
    public List<Integer> numbers() {
        List<Integer> numbers = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "extent-*.selkie")) {
            for (Path file : files) {
                Matcher matcher = EXTENT_FILE.matcher(file.getFileName().toString());
                if (!matcher.matches()) {
                    continue;
                }
                long number = Long.parseLong(matcher.group(1));
                // One file a number: neither one that no number reaches nor one with more zeros than this class writes.
                if (number <= Integer.MAX_VALUE && extentFile((int) number).getFileName().equals(file.getFileName())) {
                    numbers.add((int) number);
                }
            }
        } catch (IOException e) {
            throw new SelkieException("listing pool " + directory + " failed: " + e, e);
        }
        Collections.sort(numbers);
        return numbers;
    }

    @Override
    public Extent open(int number, long extentBytes) {
        return Extent.open(extentFile(number), extentOptions.withLengthBytes(extentBytes).withPopulate(false), leases);
    }

    @Override
    public Extent create(int number, long extentBytes) {
        try {
            return Extent.create(extentFile(number), extentOptions.withLengthBytes(extentBytes));
        } catch (NoSpaceException e) {
            throw new PoolFullException("pool " + directory + " cannot grow by an extent of " + extentBytes
                    + " bytes: the file system is full; make room or trim a log", e);
        }
    }

    /**
     * A file that a crash left before its header was whole: blank from end to end, as the header comes last, or with a torn
     * slot and nothing behind it. One whose header alone is blank is damaged, and one that is gone meanwhile is nobody's.
     */
    @Override
    public boolean isUnfinished(int number, long extentBytes) {
        try {
            if (!FileHandle.statusOf(extentFile(number)).isRegularFile()) {
                // To open it as an extent says what is wrong with it.
                return false;
            }
            return isBlankFile(extentFile(number));
        } catch (SystemCallException e) {
            if (e.errno() == Errno.ENOENT) {
                return true;
            }
            throw e;
        }
    }

    private boolean isBlankFile(Path file) {
        try (FileHandle handle = openQuietly(file, KernelAbi.O_RDONLY)) {
            int stepBytes = ExtentHeader.BYTES;
            byte[] step = handle.read(0, stepBytes);
            if (!ExtentHeader.blankTornSlots(step, file.toString())) {
                return false;
            }
            for (long offset = 0; step.length > 0; step = handle.read(offset, stepBytes)) {
                if (!isBlank(step)) {
                    return false;
                }
                offset += step.length;
            }
            return true;
        }
    }

    @Override
    public void setAside(int number, long extentBytes) {
        Path aside = directory.resolve(extentFile(number).getFileName() + ".damaged-" + System.currentTimeMillis());
        try {
            Files.move(extentFile(number), aside);
        } catch (IOException e) {
            throw new SelkieException("moving " + extentFile(number) + " to " + aside + " failed: " + e
                    + "; move it away by hand", e);
        }
    }

    private static boolean isBlank(byte[] bytes) {
        return Arrays.mismatch(bytes, new byte[bytes.length]) < 0;
    }

    @Override
    public boolean isFillable(int number, long extentBytes) {
        FileStatus status = FileHandle.statusOf(extentFile(number));
        return status.isRegularFile() && (status.sizeBytes() != extentBytes || status.allocatedBytes() < extentBytes);
    }

    @Override
    public void fill(int number, long extentBytes) {
        try (FileHandle handle = openQuietly(extentFile(number), KernelAbi.O_RDWR)) {
            long sizeBytes = Math.min(handle.status().sizeBytes(), extentBytes);
            handle.truncate(sizeBytes);
            for (long offset = 0; offset < sizeBytes; offset += ExtentHeader.BYTES) {
                // Holes read as zeros. Whatever else there is stays untouched.
                byte[] read = handle.read(offset, (int) Math.min(ExtentHeader.BYTES, sizeBytes - offset));
                if (isBlank(read)) {
                    handle.writeZeros(offset, read.length);
                }
            }
            handle.writeZeros(sizeBytes, extentBytes - sizeBytes);
            handle.sync();
        }
    }

    @Override
    public boolean remove(int number) {
        try {
            Files.deleteIfExists(extentFile(number));
            return true;
        } catch (NoSuchFileException e) {
            return true;
        } catch (IOException e) {
            throw new SelkieException("removing " + extentFile(number) + " failed: " + e, e);
        }
    }

    @Override
    public String nameOf(int number) {
        return extentFile(number).toString();
    }

    @Override
    public void close() {
        if (lock != null) {
            lock.close();
        }
    }
}
