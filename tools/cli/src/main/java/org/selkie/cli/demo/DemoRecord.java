// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli.demo;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The content of a record of the demo: who wrote it, bytes that follow from that and the seed, and a checksum. Both sides
 * can make it, so what was acknowledged need not be kept to be compared.
 *
 * <pre>
 *   0 round u32   4 thread u32   8 sequence u64   16 bytes from the seed ...   end-4 CRC-32C of all before
 * </pre>
 */
final class DemoRecord {
    /** The head and the checksum. */
    static final int SMALLEST_BYTES = 20;

    private static final int THREAD_OFFSET = 4;
    private static final int SEQUENCE_OFFSET = 8;
    private static final int FILL_OFFSET = 16;
    private static final int CRC_BYTES = 4;
    /** Of SplitMix64. */
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final long seed;
    private final CRC32C crc = new CRC32C();

    /** For one thread. */
    DemoRecord(long seed) {
        this.seed = seed;
    }

    /** Fills the whole array with the record of this origin. */
    void write(byte[] record, int round, int thread, long sequence) {
        INT.set(record, 0, round);
        INT.set(record, THREAD_OFFSET, thread);
        LONG.set(record, SEQUENCE_OFFSET, sequence);
        int end = record.length - CRC_BYTES;
        long state = seed + sequence * 31 + ((long) round << 48) + ((long) thread << 40);
        int at = FILL_OFFSET;
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            state += GOLDEN_GAMMA;
            LONG.set(record, at, mix(state));
        }
        for (; at < end; at++) {
            record[at] = (byte) (state >>> at);
        }
        crc.reset();
        crc.update(record, 0, end);
        INT.set(record, end, (int) crc.getValue());
    }

    private static long mix(long state) {
        long z = (state ^ state >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }

    /** Whether these are exactly the bytes of the record that its head names. */
    boolean isGenuine(byte[] record, byte[] scratch) {
        if (record.length < SMALLEST_BYTES || record.length != scratch.length) {
            return false;
        }
        write(scratch, round(record), thread(record), sequence(record));
        return Arrays.equals(record, scratch);
    }

    static int round(byte[] record) {
        return (int) INT.get(record, 0);
    }

    static int thread(byte[] record) {
        return (int) INT.get(record, THREAD_OFFSET);
    }

    static long sequence(byte[] record) {
        return (long) LONG.get(record, SEQUENCE_OFFSET);
    }
}
