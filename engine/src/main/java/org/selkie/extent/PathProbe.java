// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.selkie.extent.ProbeReport.Kind;
import org.selkie.fault.SelkieException;
import org.selkie.fault.SystemCallException;
import org.selkie.os.Errno;
import org.selkie.os.FileHandle;
import org.selkie.os.FileStatus;
import org.selkie.os.KernelAbi;
import org.selkie.seal.Ownership;

/**
 * Finds out what a path can promise, by trying: on a file without a name in a directory, or on an existing file without
 * storing to it. Leaves nothing behind, breaks no lease, and reports a refusal instead of throwing it.
 */
public final class PathProbe {
    private final Path path;
    private final int mapDirectBit;

    private PathProbe(Path path, int mapDirectBit) {
        this.path = path.toAbsolutePath().normalize();
        this.mapDirectBit = mapDirectBit;
    }

    /**
     * Probes a path.
     *
     * @param path a file, a directory, a device, or what does not exist yet
     * @param mapDirectBit the bit that MAP_DIRECT has in this kernel; 0 for none
     * @return what it can promise
     */
    public static ProbeReport probe(Path path, int mapDirectBit) {
        return new PathProbe(path, mapDirectBit).run();
    }

    private ProbeReport run() {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            Path parent = nearestDirectory(path);
            return inDirectory(Kind.NOTHING, parent);
        }
        FileStatus status;
        try {
            status = FileHandle.statusOf(path);
        } catch (SelkieException e) {
            return new ProbeBuilder(path, Kind.OTHER, path, mapDirectBit).refused(e.getMessage());
        }
        if (status.isDirectory()) {
            return inDirectory(Kind.DIRECTORY, path);
        }
        if (status.isRegularFile()) {
            return onFile(status);
        }
        Kind kind = status.isCharacterDevice() ? Kind.DEVICE : Kind.OTHER;
        ProbeBuilder builder = new ProbeBuilder(path, kind, path, mapDirectBit);
        try {
            return kind == Kind.DEVICE
                    ? builder.device(MediumProbe.requireDevice(path.toString(), status))
                    : builder.refused(whatIsWrong(status));
        } catch (SelkieException e) {
            return builder.refused(e.getMessage());
        }
    }

    private String whatIsWrong(FileStatus status) {
        try {
            MediumProbe.requireFile(path.toString(), status);
            return "";
        } catch (SelkieException e) {
            return e.getMessage();
        }
    }

    private static Path nearestDirectory(Path missing) {
        Path parent = missing.getParent();
        while (parent != null && !Files.isDirectory(parent)) {
            parent = parent.getParent();
        }
        return Objects.requireNonNullElse(parent, Path.of("/"));
    }

    private ProbeReport inDirectory(Kind kind, Path directory) {
        ProbeBuilder builder = new ProbeBuilder(path, kind, directory, mapDirectBit);
        try (FileHandle handle = FileHandle.open(real(directory), KernelAbi.O_DIRECTORY)) {
            builder.fileSystem(handle.fileSystem());
            Optional<String> refusal = MediumProbe.refusal(handle.fileSystem());
            if (refusal.isPresent()) {
                return builder.refused(refusal.get());
            }
            try (FileHandle scratch = Scratch.in(real(directory))) {
                return builder.scratch(scratch);
            }
        } catch (SelkieException e) {
            return builder.refused(e.getMessage());
        }
    }

    /** A directory may be reached through a symbolic link; only the extent itself may not be one. */
    private static Path real(Path directory) {
        try {
            return directory.toRealPath();
        } catch (IOException e) {
            return directory;
        }
    }

    private ProbeReport onFile(FileStatus status) {
        ProbeBuilder builder = new ProbeBuilder(path, Kind.FILE, path, mapDirectBit);
        try {
            Ownership.requireNoLease(path, status);
            try (FileHandle handle = openQuietly()) {
                builder.fileSystem(handle.fileSystem());
                return builder.file(handle, status);
            }
        } catch (SelkieException e) {
            return builder.refused(e.getMessage());
        }
    }

    private FileHandle openQuietly() {
        try {
            return FileHandle.open(path, KernelAbi.O_RDONLY | KernelAbi.O_NONBLOCK);
        } catch (SystemCallException e) {
            if (e.errno() == Errno.EAGAIN) {
                throw new SelkieException(path + " is held under a lease by another process; close it there first", e);
            }
            throw e;
        }
    }
}
