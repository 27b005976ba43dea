// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.selkie.Pool;
import org.selkie.log.Log;
import org.selkie.log.LogReader;

/**
 * What recovery finds of a log.
 *
 * @param start   where the log begins, -1 if there is no such log
 * @param entries in the order of reading
 */
record Recovered(long start, List<Entry> entries) {

    static final String LOG = "log";
    static final Recovered NOTHING = new Recovered(-1, List.of());

    /** A record. Equal if position and bytes are. */
    @SuppressWarnings("ArrayRecordComponent")
    record Entry(long position, byte[] payload) {

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

    /** The bytes of all payloads. */
    long bytes() {
        return entries.stream().mapToLong(entry -> entry.payload().length).sum();
    }

    static Recovered of(Pool pool) {
        return pool.logs().contains(LOG) ? of(pool.log(LOG)) : NOTHING;
    }

    private static Recovered of(Log log) {
        List<Entry> entries = new ArrayList<>();
        LogReader reader = log.reader();
        while (reader.next()) {
            entries.add(new Entry(reader.position(), reader.bytes()));
        }
        return new Recovered(log.startPosition(), entries);
    }

    /** The same, read from the end to the beginning. */
    static List<Entry> backwards(Log log) {
        List<Entry> entries = new ArrayList<>();
        LogReader reader = log.reader().seekToEnd();
        while (reader.previous()) {
            entries.add(new Entry(reader.position(), reader.bytes()));
        }
        Collections.reverse(entries);
        return entries;
    }
}
