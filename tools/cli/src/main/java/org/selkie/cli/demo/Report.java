// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli.demo;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;

/**
 * What the appending process tells its parent over its standard output: a byte for the kind, then the fields. It is killed
 * in the middle of one; what is not whole was not said.
 */
sealed interface Report {
    /** The pool is open, and appending begins. */
    record Ready(String medium, String tier, String durability, String reason) implements Report {
    }

    /**
     * The records of a thread from {@code firstSequence} on are durable: {@code append} has returned their positions.
     */
    record Acknowledged(int thread, long firstSequence, LongBuffer positions) implements Report {
    }

    /**
     * What was measured up to now, behind the warm-up.
     *
     * @param timedAppends of all threads
     * @param timedNanos   that those took, all threads added up
     * @param appends      that the persister saw
     * @param flushes      write-backs that it was asked for: of cache lines, or msync calls where pages are written back
     * @param fences       that it was asked for, those within an append included
     */
    record Measured(long timedAppends, long timedNanos, long appends, long flushes, long fences) implements Report {
    }

    /** The pool has no room for another record; the threads wait to be killed. */
    record Full() implements Report {
    }

    /** The work cannot go on. */
    record Failed(String message) implements Report {
    }

    /** More positions than one report may carry: what says so is no report. */
    int MOST_POSITIONS = 1 << 16;

    /** Reads the next report, or throws EOFException where there is no whole one any more. */
    static Report read(DataInputStream in) throws IOException {
        int kind = in.read();
        return switch (kind) {
            case 'R' -> new Ready(in.readUTF(), in.readUTF(), in.readUTF(), in.readUTF());
            case 'A' -> new Acknowledged(in.readInt(), in.readLong(), readPositions(in));
            case 'M' -> new Measured(in.readLong(), in.readLong(), in.readLong(), in.readLong(), in.readLong());
            case 'U' -> new Full();
            case 'F' -> new Failed(in.readUTF());
            case -1 -> throw new EOFException();
            default -> throw new IOException("a report of kind " + kind + ", which nobody writes");
        };
    }

    private static LongBuffer readPositions(DataInputStream in) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > MOST_POSITIONS) {
            throw new IOException("a report of " + count + " positions; expected at most " + MOST_POSITIONS);
        }
        byte[] bytes = in.readNBytes(count * Long.BYTES);
        if (bytes.length < count * Long.BYTES) {
            throw new EOFException();
        }
        return ByteBuffer.wrap(bytes).asLongBuffer();
    }

    /** Writes a report. */
    default void write(DataOutputStream out) throws IOException {
        switch (this) {
            case Ready ready -> {
                out.write('R');
                out.writeUTF(ready.medium);
                out.writeUTF(ready.tier);
                out.writeUTF(ready.durability);
                out.writeUTF(ready.reason);
            }
            case Acknowledged acknowledged -> {
                out.write('A');
                out.writeInt(acknowledged.thread);
                out.writeLong(acknowledged.firstSequence);
                out.writeInt(acknowledged.positions.remaining());
                ByteBuffer bytes = ByteBuffer.allocate(acknowledged.positions.remaining() * Long.BYTES);
                bytes.asLongBuffer().put(acknowledged.positions.duplicate());
                out.write(bytes.array());
            }
            case Measured measured -> {
                out.write('M');
                out.writeLong(measured.timedAppends);
                out.writeLong(measured.timedNanos);
                out.writeLong(measured.appends);
                out.writeLong(measured.flushes);
                out.writeLong(measured.fences);
            }
            case Full full -> out.write('U');
            case Failed failed -> {
                out.write('F');
                out.writeUTF(failed.message);
            }
        }
    }
}
