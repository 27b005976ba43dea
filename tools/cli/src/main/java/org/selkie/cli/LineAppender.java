// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.ReadableByteChannel;
import java.util.function.Consumer;
import org.selkie.fault.RecordTooLargeException;
import org.selkie.log.Batch;
import org.selkie.log.Log;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * Cuts a stream of bytes into lines and appends each of them as a record, the line feed included: the records' bytes, one
 * after the other, are the stream. What one read gave is one batch, so that a stream that pauses has nothing outstanding
 * but the beginning of a line.
 */
final class LineAppender {
    /** What has been appended and is durable. */
    record Done(long records, long bytes, long firstPosition, long position) {
    }

    private static final long READ_BYTES = 1L << 20;
    /** More than a record has besides its payload, padding included. */
    private static final long OVERHEAD_BYTES = 128;
    private static final byte LINE_FEED = '\n';
    private static final long EACH_BYTE = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final ValueLayout.OfLong WORD = JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);

    private final Log log;
    private final Consumer<Done> acknowledge;
    private final long longestLineBytes;
    private MemorySegment buffer = Arena.ofAuto().allocate(READ_BYTES, Long.BYTES);
    private long batchedBytes;
    private volatile Done done;

    /**
     * @param acknowledge is told after each batch what is durable by then
     */
    LineAppender(Log log, Consumer<Done> acknowledge) {
        this.log = log;
        this.acknowledge = acknowledge;
        this.longestLineBytes = log.maxPayloadBytes();
        this.done = new Done(0, 0, log.visiblePosition(), log.visiblePosition());
    }

    /** What is durable by now; for any thread. */
    Done done() {
        return done;
    }

    /**
     * Appends everything to the end of the stream.
     *
     * @throws RecordTooLargeException if a line does not fit into an extent; the lines before it are appended
     */
    void appendAll(ReadableByteChannel in) throws IOException {
        try (Batch batch = log.batch()) {
            long heldBytes = 0;
            while (true) {
                if (heldBytes == buffer.byteSize()) {
                    grow();
                }
                int readBytes = in.read(buffer.asSlice(heldBytes, Math.min(READ_BYTES, buffer.byteSize() - heldBytes))
                    .asByteBuffer());
                if (readBytes < 0) {
                    break;
                }
                long cutBytes = addLines(batch, heldBytes, heldBytes + readBytes);
                commit(batch);
                heldBytes += readBytes - cutBytes;
                MemorySegment.copy(buffer, cutBytes, buffer, 0, heldBytes);
                requireFits(batch, heldBytes);
            }
            if (heldBytes > 0) {
                add(batch, buffer.asSlice(0, heldBytes));
                commit(batch);
            }
        }
    }

    /** Adds the lines that end in the bytes from {@code scanFrom} on; returns how many bytes they take from the start. */
    private long addLines(Batch batch, long scanFrom, long end) {
        long start = 0;
        long feed = indexOfLineFeed(buffer, scanFrom, end);
        while (feed < end) {
            add(batch, buffer.asSlice(start, feed + 1 - start));
            start = feed + 1;
            feed = indexOfLineFeed(buffer, start, end);
        }
        return start;
    }

    private void add(Batch batch, MemorySegment line) {
        long lengthBytes = line.byteSize();
        requireFits(batch, lengthBytes);
        if (batch.size() > 0 && batch.lengthBytes() + lengthBytes + OVERHEAD_BYTES > longestLineBytes) {
            commit(batch);
        }
        batch.add(line);
        batchedBytes += lengthBytes;
    }

    private void commit(Batch batch) {
        int records = batch.size();
        if (records == 0) {
            return;
        }
        long lengthBytes = batch.lengthBytes();
        long position = batch.commit();
        Done before = done;
        done = new Done(before.records + records, before.bytes + batchedBytes,
            before.records == 0 ? position : before.firstPosition, position + lengthBytes);
        batchedBytes = 0;
        acknowledge.accept(done);
    }

    private void requireFits(Batch batch, long lineBytes) {
        if (lineBytes > longestLineBytes) {
            // What stands before it is good.
            commit(batch);
            throw new RecordTooLargeException("line " + (done.records + 1) + " of the input is longer than "
                + longestLineBytes + " bytes, which is the most that a record of this pool can hold; "
                + "append to a new pool of larger extents (--extent-size)");
        }
    }

    /** For a line that is longer than what is held of it. */
    private void grow() {
        MemorySegment larger = Arena.ofAuto().allocate(2 * buffer.byteSize(), Long.BYTES);
        MemorySegment.copy(buffer, 0, larger, 0, buffer.byteSize());
        buffer = larger;
    }

    /** The first line feed in a range, or the range's end; eight bytes at a time. */
    static long indexOfLineFeed(MemorySegment bytes, long from, long end) {
        long at = from;
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            long word = bytes.get(WORD, at) ^ EACH_BYTE * LINE_FEED;
            long zeros = (word - EACH_BYTE) & ~word & HIGH_BITS;
            if (zeros != 0) {
                return at + (Long.numberOfTrailingZeros(zeros) >>> 3);
            }
        }
        while (at < end && bytes.get(JAVA_BYTE, at) != LINE_FEED) {
            at++;
        }
        return at;
    }
}
