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
import java.time.Instant;
import java.util.Arrays;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.PoolFormatException;
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

    private final KvStore store;

    Backup(KvStore store) {
        this.store = store;
    }

    /**
     * Writes the store as it is now to a stream, which is not closed. Others go on writing; nothing is compacted meanwhile.
     *
     * @return the position up to which it holds everything: what {@link #writeSince} is given next
     * @throws java.io.UncheckedIOException if the stream fails
     */
    public long write(OutputStream to) {
        return writeAll(store, to);
    }

    /**
     * Writes what was changed from a position on.
     *
     * @param position what {@link #write} or this returned before
     * @return the position up to which it holds everything
     * @throws org.selkie.fault.PositionException if what came behind it was compacted meanwhile: {@link #write} all of it
     */
    public long writeSince(long position, OutputStream to) {
        return writeSince(store, position, to);
    }

    /**
     * Applies a backup to the store. If it throws, a part may have been applied: begin anew with an empty store.
     *
     * @param position 0 for an empty store and a whole backup; for what was changed since, what the last call returned
     * @return the position in the store that was backed up, up to which this one holds everything
     * @throws org.selkie.fault.PoolFormatException if it is no backup, is damaged or cut off, or begins behind the position
     */
    public long restore(InputStream from, long position) {
        return restore(store, from, position);
    }

    private static long writeAll(KvStore store, OutputStream to) {
        try (Snapshot snapshot = store.snapshot()) {
            Writing writing = new Writing(to, 0, snapshot.position());
            snapshot.forEach(entry -> writing.change(entry.key(), entry.value(), entry.expiry()));
            writing.end();
            return snapshot.position();
        }
    }

    private static long writeSince(KvStore store, long from, OutputStream to) {
        try (ChangeFeed feed = store.changesSince(from)) {
            long end = store.durablePosition();
            Writing writing = new Writing(to, from, end);
            while (feed.position() < end) {
                Change change = feed.next();
                if (change == null || change.version() >= end) {
                    break;
                }
                writing.change(change.key(), change.value(), change.expiry());
            }
            writing.end();
            return end;
        }
    }

    private static long restore(KvStore store, InputStream from, long position) {
        CRC32C crc = new CRC32C();
        DataInputStream in = new DataInputStream(new CheckedInputStream(new BufferedInputStream(from, BUFFER_BYTES), crc));
        try {
            if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
                throw new PoolFormatException("this is no backup of a store: it does not begin with 1SELKEB1");
            }
            long begin = in.readLong();
            long end = in.readLong();
            if (begin > position || end < begin || begin < 0) {
                throw new PoolFormatException("a backup of what was changed between positions " + begin + " and " + end
                        + " does not continue a store at position " + position + "; restore what was backed up before it first");
            }
            long changes = 0;
            for (int keyBytes = in.readInt(); keyBytes != END; keyBytes = in.readInt()) {
                apply(store, in, keyBytes);
                changes++;
            }
            requireEnd(in, crc, changes);
            return end;
        } catch (EOFException e) {
            throw new PoolFormatException("a backup that is cut off; what came before that is in the store now", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void apply(KvStore store, DataInputStream in, int keyBytes) throws IOException {
        if (keyBytes < 1 || keyBytes > EntryLayout.MAX_KEY_BYTES) {
            throw new PoolFormatException("a backup with a key of " + keyBytes + " bytes; it is damaged");
        }
        byte[] key = read(in, keyBytes);
        int valueBytes = in.readInt();
        if (valueBytes < NO_VALUE) {
            throw new PoolFormatException("a backup with a value of " + valueBytes + " bytes; it is damaged");
        }
        byte[] value = read(in, Math.max(0, valueBytes));
        long expiryMillis = in.readLong();
        if (valueBytes == NO_VALUE) {
            store.delete(key);
        } else {
            store.put(key, value, Instant.ofEpochMilli(expiryMillis));
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
            throw new PoolFormatException("a backup that is damaged: its end tells of " + expected + " changes, there were "
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

        void end() {
            try {
                out.writeInt(END);
                out.writeLong(changes);
                out.writeInt((int) crc.getValue());
                out.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
