// SPDX-License-Identifier: Apache-2.0
package org.selkie.testing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.log.Log;
import org.selkie.log.LogReader;
import org.selkie.persist.Durability;

/** Small pools for tests, and what stands in them. */
public final class Pools {

    public static final long EXTENT_BYTES = 64 * 1024;
    /** The longest payload of a pool of such extents: the extent's header and the record's own bytes are taken off. */
    public static final int MAX_PAYLOAD_BYTES = (int) EXTENT_BYTES - 4096 - 28;

    private Pools() {
    }

    /** Extents as small as they may be, stores flushed as if the file were persistent memory. */
    public static PoolOptions small() {
        return PoolOptions.defaults().withDurability(Durability.PROCESS_CRASH).withExtentBytes(EXTENT_BYTES);
    }

    /** Opens a pool with {@link #small} options. */
    public static Pool open(Path directory) {
        return Pool.open(directory, small());
    }

    /** A record as a reader hands it over. Equal if position and bytes are. */
    @SuppressWarnings("ArrayRecordComponent")
    public record Entry(long position, byte[] payload) {

        @Override
        public boolean equals(Object other) {
            return other instanceof Entry entry && position == entry.position && Arrays.equals(payload, entry.payload);
        }

        @Override
        public int hashCode() {
            return Long.hashCode(position);
        }

        @Override
        public String toString() {
            return payload.length + " bytes at " + position;
        }
    }

    /** Every durable record, forwards. */
    public static List<Entry> entries(Log log) {
        return rest(log.reader());
    }

    /** Every record that a reader still finds. */
    public static List<Entry> rest(LogReader reader) {
        List<Entry> entries = new ArrayList<>();
        while (reader.next()) {
            entries.add(new Entry(reader.position(), reader.bytes()));
        }
        return entries;
    }

    /** Every durable record, from the last to the first. */
    public static List<Entry> backwards(Log log) {
        LogReader reader = log.reader().seekToEnd();
        List<Entry> entries = new ArrayList<>();
        while (reader.previous()) {
            entries.add(new Entry(reader.position(), reader.bytes()));
        }
        return entries;
    }

    /** Fails with the first entry that differs. */
    public static void assertSame(List<Entry> expected, List<Entry> actual) {
        for (int i = 0; i < Math.max(expected.size(), actual.size()); i++) {
            Entry wanted = i < expected.size() ? expected.get(i) : null;
            Entry found = i < actual.size() ? actual.get(i) : null;
            if (!Objects.equals(wanted, found)) {
                throw new AssertionError("entry " + i + " of " + expected.size() + ": expected " + wanted + ", found " + found
                        + " of " + actual.size());
            }
        }
    }

    /** Bytes that depend on a number alone, the number first if there is room for it. */
    public static byte[] payload(long number, int lengthBytes) {
        byte[] payload = new byte[lengthBytes];
        new SplittableRandom(number).nextBytes(payload);
        for (int i = 0; i < Math.min(Long.BYTES, lengthBytes); i++) {
            payload[i] = (byte) (number >>> (8 * i));
        }
        return payload;
    }

    /** The number that {@link #payload} put first; -1 if the rest of the bytes does not belong to it. */
    public static long number(byte[] payload) {
        long number = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            number |= (payload[i] & 0xffL) << (8 * i);
        }
        return Arrays.equals(payload, payload(number, payload.length)) ? number : -1;
    }
}
