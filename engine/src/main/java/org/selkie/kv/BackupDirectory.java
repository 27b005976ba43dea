// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.BackupException;
import org.selkie.fault.PositionException;
import org.selkie.kv.BackupSteps.Step;

/**
 * A backup as files in a directory: one with all of the store, and one for what was changed each time since. The manifest
 * says which belong to it ({@link BackupManifest}).
 *
 * <p><b>After a crash</b> the directory holds the backup as it was before, or with the new part. Files that the manifest does
 * not name are removed by the next backup.
 */
final class BackupDirectory {

    private static final String LOCK_FILE = "lock";

    private final Path directory;
    private final BackupSteps steps;

    private BackupDirectory(Path directory, BackupSteps steps) {
        this.directory = directory;
        this.steps = steps;
    }

    /** What writes the store's changes from a position on, 0 for all of it, and says where it ended. */
    interface Source {
        Backup.Written write(long from, OutputStream to);
    }

    // ---- writing

    /**
     * Adds to a directory's backup, or begins one.
     *
     * @param whole whether all of the store is written though the directory has a backup; what it had is removed then
     */
    static BackupPart write(Path directory, KvStore store, boolean whole, Source source,
            BackupSteps steps) {
        try {
            makeDirectory(directory.toAbsolutePath(), steps);
            try (FileChannel lock = FileChannel.open(directory.resolve(LOCK_FILE),
                    Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
                requireAlone(directory, lock);
                return new BackupDirectory(directory, steps).write(store, whole, source);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With those above it, each with a name that is durable: a backup must not vanish with its directory. */
    private static void makeDirectory(Path directory, BackupSteps steps) throws IOException {
        Path above = directory.getParent();
        if (Files.isDirectory(directory) || above == null) {
            return;
        }
        makeDirectory(above, steps);
        Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        steps.done(Step.DIRECTORY_MADE, directory);
        BackupManifest.persistNames(above, steps);
    }

    private static void requireAlone(Path directory, FileChannel file) throws IOException {
        FileLock lock;
        try {
            lock = file.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            throw new BackupException("another backup is being written to " + directory + "; wait until it is done");
        }
    }

    private BackupPart write(KvStore store, boolean whole, Source source) throws IOException {
        BackupManifest before = BackupManifest.read(directory);
        if (before == null) {
            requireNoParts();
        } else {
            requireSame(before, store);
        }
        List<BackupPart> parts = before == null || whole ? List.of() : before.parts();
        int number = before == null ? 1 : before.parts().getLast().number() + 1;
        BackupPart fresh;
        try {
            fresh = writePart(number, parts.isEmpty() ? 0 : parts.getLast().toPosition(), source);
        } catch (PositionException e) {
            if (parts.isEmpty()) {
                throw e;
            }
            requireNotBehind(store, parts.getLast(), e);
            // What came behind the last part was compacted meanwhile.
            parts = List.of();
            fresh = writePart(number, 0, source);
        }
        List<BackupPart> now = new ArrayList<>(parts);
        now.add(fresh);
        BackupManifest manifest = new BackupManifest(store.storeLog().origin(), store.name(), now);
        manifest.write(directory, steps);
        removeOthers(now);
        return fresh;
    }

    private void requireNoParts() throws IOException {
        for (Path file : parts()) {
            throw new BackupException(directory + " holds " + file.getFileName()
                    + " and no manifest; restore the manifest, or choose another directory");
        }
    }

    private void requireSame(BackupManifest before, KvStore store) {
        if (!before.origin().equals(store.storeLog().origin())) {
            throw new BackupException(directory + " holds a backup of another store: " + before.store() + ", origin "
                    + before.origin() + "; this one is " + store.name() + ", origin " + store.storeLog().origin()
                    + "; choose another directory");
        }
    }

    /** A store that ends before its backup is an older copy: a whole backup of it would replace what is newer. */
    private void requireNotBehind(KvStore store, BackupPart last, PositionException reason) {
        long end = store.storeLog().tailPosition();
        if (end < last.toPosition()) {
            throw new BackupException(directory + " holds store " + store.name() + " up to position " + last.toPosition()
                    + ", and the store ends at " + end + ": it is an older copy of itself; choose another directory", reason);
        }
    }

    private BackupPart writePart(int number, long from, Source source) throws IOException {
        Path file = directory.resolve(new BackupPart(number, 0, 0, 0, 0, 0).fileName());
        remove(file);
        CRC32C crc = new CRC32C();
        boolean done = false;
        try (FileChannel channel = BackupManifest.create(file, steps)) {
            // Not closed: the channel still has to be forced.
            OutputStream out = new CheckedOutputStream(Channels.newOutputStream(channel), crc);
            Backup.Written written = source.write(from, out);
            channel.force(true);
            steps.done(Step.FORCED, file);
            // Its name, too, before the manifest has it.
            BackupManifest.persistNames(directory, steps);
            done = true;
            return new BackupPart(number, from, written.toPosition(), written.changes(), channel.size(), (int) crc.getValue());
        } finally {
            if (!done) {
                remove(file);
            }
        }
    }

    private void remove(Path file) throws IOException {
        if (Files.deleteIfExists(file)) {
            steps.done(Step.REMOVED, file);
        }
    }

    private void removeOthers(List<BackupPart> named) throws IOException {
        List<String> names = named.stream().map(BackupPart::fileName).toList();
        for (Path file : parts()) {
            if (!names.contains(String.valueOf(file.getFileName()))) {
                remove(file);
            }
        }
    }

    private List<Path> parts() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> String.valueOf(file.getFileName()).matches("part-\\d+\\.selkie-backup"))
                    .sorted().toList();
        }
    }

    // ---- reading

    /** What reads one part. */
    interface Sink {
        void read(InputStream from, long position);
    }

    /** The parts of a directory's backup, each of them read and compared with its checksum. */
    static List<BackupPart> check(Path directory) {
        BackupDirectory backup = new BackupDirectory(directory, BackupSteps.NONE);
        @Nullable BackupManifest manifest = BackupManifest.read(directory);
        if (manifest == null) {
            throw new BackupException(directory + " holds no backup: it has no manifest");
        }
        manifest.parts().forEach(backup::check);
        return manifest.parts();
    }

    private void check(BackupPart part) {
        Path file = directory.resolve(part.fileName());
        CRC32C crc = new CRC32C();
        try (InputStream in = new CheckedInputStream(Files.newInputStream(file), crc)) {
            if (Files.size(file) != part.lengthBytes()) {
                throw new BackupException("backup part " + file + " is " + Files.size(file) + " bytes long, expected "
                        + part.lengthBytes() + "; restore another copy of it");
            }
            // The checksum is what is wanted.
            in.transferTo(OutputStream.nullOutputStream());
        } catch (NoSuchFileException e) {
            throw new BackupException("backup part " + file + " is missing: what was changed from position "
                    + part.fromPosition() + " to " + part.toPosition() + "; restore a copy of it", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if ((int) crc.getValue() != part.crc()) {
            throw new BackupException("backup part " + file + " is damaged: its checksum is another one than the manifest says;"
                    + " restore another copy of it");
        }
    }

    /** Checks everything, and then reads one part after the other. Returns the position up to which the last one goes. */
    static long restore(Path directory, Sink sink) {
        List<BackupPart> parts = check(directory);
        for (BackupPart part : parts) {
            try (InputStream in = new BufferedInputStream(Files.newInputStream(directory.resolve(part.fileName())))) {
                sink.read(in, part.fromPosition());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return parts.getLast().toPosition();
    }
}
