// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.BackupException;
import org.selkie.format.EntryLayout;

/**
 * A store, or what was changed in it since, as a stream: consistent, while others write.
 *
 * <pre>
 *   "1SELKEB1"   from i64 (0: all of the store)   to i64
 *   then changes: key length i32, key, value length i32 (-1: deleted), value, expiry i64 (milliseconds, or the highest number)
 *   then -1 i32, the number of changes i64, and the CRC-32C of all that is before it i32
 * </pre>
 *
 * <p>Numbers are big-endian, as {@link DataOutputStream} writes them.
 */
public final class Backup {

    private static final byte[] MAGIC = {'1', 'S', 'E', 'L', 'K', 'E', 'B', '1'};
    private static final int END = -1;
    private static final int NO_VALUE = -1;
    private static final int BUFFER_BYTES = 1 << 16;
    private static final long BATCH_BYTES = 1 << 20;
    /** More than an entry takes on media besides key and value. */
    private static final long OVERHEAD_BYTES = 160;

    private final KvStore store;
    private final BackupSteps steps;

    Backup(KvStore store) {
        this(store, BackupSteps.NONE);
    }

    Backup(KvStore store, BackupSteps steps) {
        this.store = store;
        this.steps = steps;
    }

    /**
     * Writes the store as it is now to a stream, which is not closed. A stream holds one backup: who restores it may read what
     * follows as well. Several go into a directory, or a file each. Others go on writing; nothing is compacted meanwhile.
     *
     * @return the position up to which it holds everything: what {@link #writeSince} is given next
     * @throws java.io.UncheckedIOException if the stream fails
     */
    public long write(OutputStream to) {
        return writeAll(to).toPosition();
    }

    /**
     * Writes what was changed from a position on.
     *
     * @param position what {@link #write} or this returned before
     * @return the position up to which it holds everything
     * @throws org.selkie.fault.PositionException if what came behind it was compacted meanwhile: {@link #write} all of it
     */
    public long writeSince(long position, OutputStream to) {
        return writeChanges(position, to).toPosition();
    }

    /**
     * Applies a backup to the store. If it throws, a part may have been applied: begin anew with an empty store.
     *
     * @param position 0 for an empty store and a whole backup; for what was changed since, what the last call returned
     * @return the position in the store that was backed up, up to which this one holds everything
     * @throws BackupException if it is no backup, is damaged or cut off, or begins behind the position
     */
    public long restore(InputStream from, long position) {
        Applying applying = new Applying(store);
        long end = read(from, position, applying);
        applying.end();
        return end;
    }

    /**
     * Backs the store up into a directory: all of it if the directory holds no backup, and what was changed since if it holds
     * one of this store. If what was changed since was compacted meanwhile, all of it again, and what the directory held is
     * removed. Others go on writing.
     *
     * <p>After a crash the directory holds the backup as it was, or with the new part.
     *
     * @return the part that was written
     * @throws BackupException             if the directory holds a backup of another store, or a newer one of this store, if its
     *                                     manifest is damaged, or if another backup is being written there
     * @throws java.io.UncheckedIOException if writing fails
     */
    public BackupPart writeTo(Path directory) {
        return BackupDirectory.write(directory, store, false, (from, to) -> from == 0 ? writeAll(to) : writeChanges(from, to),
                steps);
    }

    /** As {@link #writeTo}, and always all of it; what the directory held is removed when the new backup is durable. */
    public BackupPart writeWholeTo(Path directory) {
        return BackupDirectory.write(directory, store, true, (_, to) -> writeAll(to), steps);
    }

    /**
     * Reads every part of a directory's backup and compares it with its checksum.
     *
     * @return the parts, in order
     * @throws BackupException if there is none, a part is missing, or one is damaged
     */
    public static List<BackupPart> check(Path directory) {
        return BackupDirectory.check(directory);
    }

    /**
     * Restores a directory's backup into the store, which must be empty. Nothing is changed before everything in the directory
     * was checked.
     *
     * @return the position in the store that was backed up, up to which this one holds everything
     * @throws BackupException as {@link #check}, and if the store is not empty
     */
    public long restoreFrom(Path directory) {
        if (store.statistics().entries() > 0) {
            throw new BackupException("store " + store.name() + " holds " + store.statistics().entries()
                    + " entries already; restore into a new store");
        }
        return BackupDirectory.restore(directory, (in, position) -> restore(in, position));
    }

    /**
     * Reads a backup and compares it with its checksum; changes nothing.
     *
     * @param position as {@link #restore} is given
     * @return what {@link #restore} would return
     * @throws BackupException as {@link #restore}
     */
    public static long check(InputStream from, long position) {
        return read(from, position, (_, _, _) -> {
        });
    }

    /** What a backup came to. */
    record Written(long toPosition, long changes) {
    }

    private Written writeAll(OutputStream to) {
        try (Snapshot snapshot = store.durableSnapshot()) {
            Writing writing = new Writing(to, 0, snapshot.position());
            snapshot.forEach(entry -> writing.change(entry.key(), entry.value(), entry.expiry()));
            return writing.end(snapshot.position());
        }
    }

    private Written writeChanges(long from, OutputStream to) {
        try (ChangeFeed feed = store.changesSince(from)) {
            // Where another process writes the store, what is known to be durable may be less than a reader has seen.
            long end = Math.max(from, store.durablePosition());
            Writing writing = new Writing(to, from, end);
            while (feed.position() < end) {
                Change change = feed.next();
                if (change == null || change.version() >= end) {
                    break;
                }
                writing.change(change.key(), change.value(), change.expiry());
            }
            return writing.end(end);
        }
    }

    private static long read(InputStream from, long position, Changes to) {
        CRC32C crc = new CRC32C();
        DataInputStream in = new DataInputStream(new CheckedInputStream(new BufferedInputStream(from, BUFFER_BYTES), crc));
        try {
            if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
                throw new BackupException("this is no backup of a store: it does not begin with 1SELKEB1");
            }
            long begin = in.readLong();
            long end = in.readLong();
            if (begin > position || end < begin || begin < 0) {
                throw new BackupException("a backup of what was changed between positions " + begin + " and " + end
                        + " does not continue a store at position " + position + "; restore what was backed up before it first");
            }
            long changes = 0;
            for (int keyBytes = in.readInt(); keyBytes != END; keyBytes = in.readInt()) {
                read(to, in, keyBytes);
                changes++;
            }
            requireEnd(in, crc, changes);
            return end;
        } catch (EOFException e) {
            throw new BackupException("a backup that is cut off; a part of it may be in the store now: begin anew with an"
                    + " empty one", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void read(Changes to, DataInputStream in, int keyBytes) throws IOException {
        if (keyBytes < 1 || keyBytes > EntryLayout.MAX_KEY_BYTES) {
            throw new BackupException("a backup with a key of " + keyBytes + " bytes; it is damaged");
        }
        byte[] key = read(in, keyBytes);
        int valueBytes = in.readInt();
        if (valueBytes < NO_VALUE) {
            throw new BackupException("a backup with a value of " + valueBytes + " bytes; it is damaged");
        }
        byte[] value = read(in, Math.max(0, valueBytes));
        long expiryMillis = in.readLong();
        to.change(key, valueBytes == NO_VALUE ? null : value, expiryMillis);
    }

    /** Takes what a backup holds. */
    private interface Changes {
        void change(byte[] key, byte @Nullable [] value, long expiryMillis);
    }

    /** Many changes in a batch: on a disk each commit costs a write-back. */
    private static final class Applying implements Changes {

        private final WriteBatch batch;
        private final long batchBytes;

        Applying(KvStore store) {
            this.batch = store.batch();
            this.batchBytes = Math.min(BATCH_BYTES, store.maxValueBytes(1));
        }

        @Override
        public void change(byte[] key, byte @Nullable [] value, long expiryMillis) {
            long bytes = (long) key.length + (value == null ? 0 : value.length) + OVERHEAD_BYTES;
            if (batch.size() > 0 && batch.lengthBytes() + bytes > batchBytes) {
                batch.commit();
            }
            if (value == null) {
                batch.delete(key);
            } else {
                batch.put(key, value, Instant.ofEpochMilli(expiryMillis));
            }
        }

        void end() {
            if (batch.size() > 0) {
                batch.commit();
            }
        }
    }

    /** Memory is taken as bytes come, not as a length says. */
    private static byte[] read(DataInputStream in, int lengthBytes) throws IOException {
        byte[] bytes = in.readNBytes(lengthBytes);
        if (bytes.length < lengthBytes) {
            throw new EOFException();
        }
        return bytes;
    }

    private static void requireEnd(DataInputStream in, CRC32C crc, long changes) throws IOException {
        long expected = in.readLong();
        int computed = (int) crc.getValue();
        if (expected != changes || in.readInt() != computed) {
            throw new BackupException("a backup that is damaged: its end tells of " + expected + " changes, there were "
                    + changes + ", or its checksum is another one; restore another copy into an empty store");
        }
    }

    private static final class Writing {

        private final CRC32C crc = new CRC32C();
        private final DataOutputStream out;
        private long changes;

        Writing(OutputStream to, long from, long upTo) {
            out = new DataOutputStream(new CheckedOutputStream(new BufferedOutputStream(to, BUFFER_BYTES), crc));
            try {
                out.write(MAGIC);
                out.writeLong(from);
                out.writeLong(upTo);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void change(byte[] key, byte @Nullable [] value, @Nullable Instant expiry) {
            try {
                out.writeInt(key.length);
                out.write(key);
                out.writeInt(value == null ? NO_VALUE : value.length);
                out.write(value == null ? new byte[0] : value);
                out.writeLong(expiry == null ? Call.NEVER : expiry.toEpochMilli());
                changes++;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        Written end(long upTo) {
            try {
                out.writeInt(END);
                out.writeLong(changes);
                out.writeInt((int) crc.getValue());
                out.flush();
                return new Written(upTo, changes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
