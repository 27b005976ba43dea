// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.selkie.fault.ExtentBusyException;
import org.selkie.fault.SealUnavailableException;
import org.selkie.fault.SelkieException;
import org.selkie.os.Errno;
import org.selkie.os.FileHandle;
import org.selkie.os.FileIdentity;
import org.selkie.os.FileStatus;
import org.selkie.os.InodeFlags;
import org.selkie.os.KernelAbi;
import org.selkie.os.OfdLock;

/**
 * The note beside a file that says: this immutable flag is a seal's. It is durable before the flag is set and goes
 * after the flag is durably cleared, so that after a crash at any instant a flag of ours has its marker, and recovery
 * can clear it without ever touching a flag that an administrator set.
 */
public final class SealMarker {
    /** What follows the name of the sealed file in the marker's name. */
    public static final String SUFFIX = ".selkie-sealed";

    private static final int LONGEST_BYTES = 4096;

    private SealMarker() {}

    /** What recovery did. */
    public enum Recovery {
        /** There was no marker. */
        NOTHING_LEFT,
        /** A crashed holder had left the flag: it is cleared. */
        FLAG_CLEARED,
        /** A crashed holder had left a marker without the flag, or another file is there now: the marker is removed. */
        MARKER_REMOVED
    }

    /**
     * The marker of a file.
     *
     * @param file the sealed file
     * @return the path beside it
     */
    public static Path of(Path file) {
        return file.resolveSibling(Objects.requireNonNull(file.getFileName()) + SUFFIX);
    }

    static void write(Path file, FileIdentity identity) {
        int flags = KernelAbi.O_RDWR | KernelAbi.O_CREAT | KernelAbi.O_EXCL;
        try (FileHandle marker = FileHandle.open(of(file), flags)) {
            marker.write(0, content(identity).getBytes(StandardCharsets.US_ASCII));
            marker.sync();
        }
        syncDirectory(file);
    }

    /** Without the device, which another start of the machine may number differently; the marker lies beside the file. */
    private static String content(FileIdentity identity) {
        return "selkie seal 1\ninode " + identity.inode() + "\nborn " + identity.birthNanos() + "\n";
    }

    static void remove(Path file) {
        FileHandle.unlink(of(file));
        syncDirectory(file);
    }

    /**
     * Clears the flag durably, then removes the marker: a crash between the two leaves a marker, never a flag alone.
     */
    static void clear(FileHandle handle, Path file) {
        int errno = InodeFlags.tryChange(handle, 0, KernelAbi.FS_IMMUTABLE_FL);
        if (errno != 0) {
            throw new SealUnavailableException("the immutable flag of " + file + " cannot be cleared: "
                    + "ioctl(FS_IOC_SETFLAGS) = " + Errno.name(errno)
                    + "; run chattr -i on it with CAP_LINUX_IMMUTABLE, then remove " + of(file));
        }
        handle.sync();
        remove(file);
    }

    private static void syncDirectory(Path file) {
        Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent());
        try (FileHandle handle = FileHandle.open(directory, KernelAbi.O_DIRECTORY)) {
            handle.sync();
        }
    }

    /**
     * Clears what a crashed holder of an {@link ImmutableSeal} left on a file. Can itself be crashed and repeated.
     *
     * @param file the file that was sealed
     * @return what was done
     * @throws ExtentBusyException where the holder is alive
     * @throws SealUnavailableException where the flag cannot be cleared, with the command that does
     */
    public static Recovery recover(Path file) {
        Path marker = of(file);
        if (!Files.exists(marker, LinkOption.NOFOLLOW_LINKS)) {
            return Recovery.NOTHING_LEFT;
        }
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            remove(file);
            return Recovery.MARKER_REMOVED;
        }
        try (FileHandle handle = FileHandle.open(file, KernelAbi.O_NONBLOCK)) {
            // A shared lock conflicts with the holder's exclusive one, and needs no handle that is open for writing,
            // which an immutable file would refuse.
            if (!OfdLock.tryLock(handle, false, 0, 0)) {
                throw new ExtentBusyException("the holder of the IMMUTABLE seal on " + file
                        + " is alive (lslocks names it); close the extent there first");
            }
            FileStatus status = handle.status();
            if (status.isImmutable() && isAbout(marker, status.identity())) {
                clear(handle, file);
                return Recovery.FLAG_CLEARED;
            }
            remove(file);
            return Recovery.MARKER_REMOVED;
        }
    }

    private static boolean isAbout(Path marker, FileIdentity identity) {
        try (FileHandle handle = FileHandle.open(marker, 0)) {
            String text = new String(handle.read(0, LONGEST_BYTES), StandardCharsets.US_ASCII);
            // A marker that is torn was never durable, so its flag was never set.
            return text.equals(content(identity));
        }
    }

    /**
     * Clears what crashed holders left in a directory.
     *
     * @param directory where extents lie
     * @return the files whose flag was cleared
     */
    public static List<Path> recoverAll(Path directory) {
        List<Path> cleared = new ArrayList<>();
        try (DirectoryStream<Path> markers = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
            for (Path marker : markers) {
                String name = Objects.requireNonNull(marker.getFileName()).toString();
                Path file = marker.resolveSibling(name.substring(0, name.length() - SUFFIX.length()));
                if (recover(file) == Recovery.FLAG_CLEARED) {
                    cleared.add(file);
                }
            }
        } catch (IOException e) {
            throw new SelkieException("looking for seal markers in " + directory + " failed: " + e.getMessage()
                    + "; make the directory readable", e);
        }
        return List.copyOf(cleared);
    }
}
