// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.selkie.log.LogReader;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

/** Gathers records, or other bytes, and writes them to standard output in large pieces. */
final class RecordOutput implements AutoCloseable {
    private static final int BUFFER_BYTES = 256 * 1024;
    private static final byte LINE_FEED = '\n';

    private final Streams streams;
    private final boolean positions;
    private final boolean lines;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final MemorySegment memory = MemorySegment.ofBuffer(buffer);

    /**
     * @param positions whether each record's position stands before it
     * @param lines     whether each record ends with a line feed
     */
    RecordOutput(Streams streams, boolean positions, boolean lines) {
        this.streams = streams;
        this.positions = positions;
        this.lines = lines;
    }

    /** For what is no record of a log. */
    static RecordOutput ofBytes(Streams streams) {
        return new RecordOutput(streams, false, false);
    }

    /** Writes the reader's current record. */
    void write(LogReader reader) throws IOException {
        if (positions) {
            MemorySegment label = MemorySegment.ofArray((reader.position() + "\t").getBytes(StandardCharsets.US_ASCII));
            put(label, label.byteSize());
        }
        MemorySegment payload = reader.payload();
        int lengthBytes = reader.lengthBytes();
        put(payload, lengthBytes);
        if (lines && (lengthBytes == 0 || payload.get(JAVA_BYTE, lengthBytes - 1L) != LINE_FEED)) {
            put(MemorySegment.ofArray(new byte[] {LINE_FEED}), 1);
        }
    }

    /** Writes bytes as they are. */
    void write(byte[] bytes) throws IOException {
        put(MemorySegment.ofArray(bytes), bytes.length);
    }

    private void put(MemorySegment from, long lengthBytes) throws IOException {
        long copied = 0;
        while (copied < lengthBytes) {
            if (!buffer.hasRemaining()) {
                flush();
            }
            int piece = (int) Math.min(buffer.remaining(), lengthBytes - copied);
            MemorySegment.copy(from, copied, memory, buffer.position(), piece);
            buffer.position(buffer.position() + piece);
            copied += piece;
        }
    }

    /** Writes what was gathered. */
    void flush() throws IOException {
        buffer.flip();
        try {
            while (buffer.hasRemaining()) {
                streams.out().write(buffer);
            }
        } catch (IOException e) {
            // The text of the error depends on the language; the kernel's answer does not.
            requireReader();
            throw new IOException("writing to standard output failed: " + e.getMessage(), e);
        } finally {
            buffer.clear();
        }
    }

    /**
     * Ends the work where nobody reads it.
     *
     * @throws ReaderGoneException if standard output is a pipe whose other end is closed
     */
    void requireReader() throws ReaderGoneException {
        if (streams.readerGone().getAsBoolean()) {
            throw new ReaderGoneException();
        }
    }

    /** Writes what was gathered before a failure: the records before the one that cannot be read. */
    @Override
    public void close() throws IOException {
        flush();
    }
}
