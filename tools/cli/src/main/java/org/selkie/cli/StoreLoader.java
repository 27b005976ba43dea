// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.time.Instant;
import java.util.Arrays;
import org.selkie.cli.kv.EntryFormat;
import org.selkie.cli.kv.EntryFormatException;
import org.selkie.cli.kv.TextEntry;
import org.selkie.fault.KeyLengthException;
import org.selkie.fault.RecordTooLargeException;
import org.selkie.kv.KvStore;
import org.selkie.kv.WriteBatch;

/**
 * Reads entries from lines and puts them into a store, many in a batch. What one read gave is durable before more is waited
 * for. A line may end with a carriage return and a line feed; empty ones are passed over.
 */
final class StoreLoader {
    /**
     * What has been loaded and is durable.
     *
     * @param entries that were put
     * @param expired that were not, because their time was over
     * @param bytes   of the input
     */
    record Done(long entries, long expired, long bytes) {
    }

    private static final int READ_BYTES = 1 << 20;
    private static final long BATCH_BYTES = 1 << 20;
    /** More than an entry takes on media besides key and value. */
    private static final long OVERHEAD_BYTES = 160;
    /** The most that text can take for a byte: {@code \\u0000} in JSON. */
    private static final long TEXT_FOR_A_BYTE = 6;
    private static final long LONGEST_KEY_BYTES = 1 << 16;

    private final KvStore store;
    private final EntryFormat format;
    private final String name;
    private final long longestLineBytes;
    private final long batchBytes;
    private final WriteBatch batch;
    private byte[] buffer = new byte[READ_BYTES];
    private long lines;
    private long batched;
    private long expired;
    private volatile Done done = new Done(0, 0, 0);

    /**
     * @param name of the input, for errors
     */
    StoreLoader(KvStore store, EntryFormat format, String name) {
        this.store = store;
        this.format = format;
        this.name = name;
        long mostBytes = LONGEST_KEY_BYTES + store.maxValueBytes(1);
        this.longestLineBytes = Math.min(Integer.MAX_VALUE / 2, TEXT_FOR_A_BYTE * mostBytes + READ_BYTES);
        this.batchBytes = Math.min(BATCH_BYTES, store.maxValueBytes(1));
        this.batch = store.batch();
    }

    /** What is durable by now; for any thread. */
    Done done() {
        return done;
    }

    /**
     * Loads everything to the end of the stream.
     *
     * @throws CommandFailedException at the first line that is no entry, or does not fit; those before it are loaded
     */
    void loadAll(ReadableByteChannel in) throws IOException {
        int held = 0;
        long takenBytes = 0;
        while (true) {
            if (held == buffer.length) {
                grow();
            }
            int readBytes = in.read(ByteBuffer.wrap(buffer, held, Math.min(READ_BYTES, buffer.length - held)));
            if (readBytes < 0) {
                break;
            }
            int cut = addLines(held, held + readBytes);
            takenBytes += cut;
            commit(takenBytes);
            held += readBytes - cut;
            System.arraycopy(buffer, cut, buffer, 0, held);
        }
        if (held > 0) {
            addLine(0, held);
        }
        commit(takenBytes + held);
    }

    /** Adds the lines that end in the bytes from {@code scanFrom} on; returns how many bytes they take from the start. */
    private int addLines(int scanFrom, int end) {
        int start = 0;
        for (int at = scanFrom; at < end; at++) {
            if (buffer[at] == '\n') {
                addLine(start, at);
                start = at + 1;
            }
        }
        return start;
    }

    private void addLine(int from, int to) {
        lines++;
        int end = to > from && buffer[to - 1] == '\r' ? to - 1 : to;
        if (end == from) {
            return;
        }
        try {
            add(format.read(buffer, from, end));
        } catch (EntryFormatException | KeyLengthException | RecordTooLargeException e) {
            commit(done.bytes);
            throw new CommandFailedException(name + " line " + lines + ": "
                + (e instanceof EntryFormatException ? Complaint.firstLine(e) : Complaint.of(e)), e);
        }
    }

    private void add(TextEntry entry) throws EntryFormatException {
        Instant expiry = entry.expiry();
        if (expiry != null && !expiry.isAfter(Instant.now())) {
            expired++;
            return;
        }
        int keyBytes = entry.key().length;
        if (keyBytes >= 1 && keyBytes <= LONGEST_KEY_BYTES && entry.value().length > store.maxValueBytes(keyBytes)) {
            throw new EntryFormatException("a value of " + entry.value().length + " bytes; the most for this key is "
                + store.maxValueBytes(keyBytes) + ", load into a new pool of larger extents (--extent-size)");
        }
        long entryBytes = keyBytes + entry.value().length + OVERHEAD_BYTES;
        if (batch.size() > 0 && batch.lengthBytes() + entryBytes > batchBytes) {
            commit(done.bytes);
        }
        if (expiry == null) {
            batch.put(entry.key(), entry.value());
        } else {
            batch.put(entry.key(), entry.value(), expiry);
        }
        batched++;
    }

    private void commit(long bytes) {
        if (batch.size() > 0) {
            batch.commit();
        }
        done = new Done(done.entries + batched, expired, bytes);
        batched = 0;
    }

    /** For a line that is longer than what is held of it. */
    private void grow() {
        if (buffer.length >= longestLineBytes) {
            throw new CommandFailedException(name + " line " + (lines + 1) + ": it is longer than " + buffer.length
                + " bytes, and no entry of this pool is");
        }
        buffer = Arrays.copyOf(buffer, (int) Math.min(Integer.MAX_VALUE - 64L, 2L * buffer.length));
    }
}
