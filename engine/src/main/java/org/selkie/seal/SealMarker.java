// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.selkie.fault.ExtentBusyException;
import org.selkie.fault.SealUnavailableException;
import org.selkie.fault.SelkieException;
import org.selkie.os.Errno;
import org.selkie.os.FileHandle;
import org.selkie.os.FileIdentity;
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

    /**
     * Writes the marker and sets the flag.
     *
     * @return 0, or the error number with which the flag could not be set; nothing is left behind then
     */
    static int set(SealSteps file) {
        try {
            write(file);
        } catch (RuntimeException e) {
            try {
                remove(file);
            } catch (SelkieException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
        int errno = file.changeFlag(true);
        if (errno != 0) {
            remove(file);
        }
        return errno;
    }

    static void write(SealSteps file) {
        try (SealSteps.Marker marker = file.createMarker()) {
            marker.write(content(file.identity()));
            marker.sync();
        }
        file.syncDirectory();
    }

    /** Without the device, which another start of the machine may number differently; the marker lies beside the file. */
    static byte[] content(FileIdentity identity) {
        return ("selkie seal 1\ninode " + identity.inode() + "\nborn " + identity.birthNanos() + "\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    static void remove(SealSteps file) {
        file.removeMarker();
        file.syncDirectory();
    }

    /**
     * Clears the flag durably, then removes the marker: a crash between the two leaves a marker, never a flag alone.
     *
     * @return 0, or the error number with which the flag could not be cleared; nothing is changed then
     */
    static int clear(SealSteps file) {
        int errno = file.changeFlag(false);
        if (errno == 0) {
            file.syncFile();
            remove(file);
        }
        return errno;
    }

    static void clear(FileHandle handle, Path file) {
        clear(new SealedFile(handle, file), file);
    }

    private static void clear(SealSteps steps, Path file) {
        int errno = clear(steps);
        if (errno != 0) {
            throw new SealUnavailableException("the immutable flag of " + file + " cannot be cleared: "
                    + "ioctl(FS_IOC_SETFLAGS) = " + Errno.name(errno)
                    + "; run chattr -i on it with CAP_LINUX_IMMUTABLE, then remove " + of(file));
        }
    }

    /** Recovers a file that has a marker and that nobody holds. */
    static Recovery recover(SealSteps steps, Path file) {
        // A marker that is torn was never durable, so its flag was never set.
        if (steps.isImmutable() && Arrays.equals(steps.readMarker(), content(steps.identity()))) {
            clear(steps, file);
            return Recovery.FLAG_CLEARED;
        }
        // A holder that was killed may have cleared the flag, and not durably.
        steps.syncFile();
        remove(steps);
        return Recovery.MARKER_REMOVED;
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
            FileHandle.unlink(marker);
            SealedFile.syncDirectoryOf(file);
            return Recovery.MARKER_REMOVED;
        }
        try (FileHandle handle = FileHandle.open(file, KernelAbi.O_NONBLOCK)) {
            // A shared lock conflicts with the holder's exclusive one, and needs no handle that is open for writing,
            // which an immutable file would refuse.
            if (!OfdLock.tryLock(handle, false, 0, 0)) {
                throw new ExtentBusyException("the holder of the IMMUTABLE seal on " + file
                        + " is alive (lslocks names it); close the extent there first");
            }
            return recover(new SealedFile(handle, file), file);
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
                    + (e instanceof AccessDeniedException ? "; make the directory readable"
                            : "; too many open files: raise ulimit -n; else see that the file system is well"), e);
        }
        return List.copyOf(cleared);
    }
}
