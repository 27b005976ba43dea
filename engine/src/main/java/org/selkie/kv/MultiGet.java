// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import org.selkie.log.StoreLog;
import org.selkie.os.HotEntry;

/**
 * Several gets, whose cache misses overlap: first all slots of the index are loaded, then the first lines of all records are
 * fetched, then the values are read one by one, as single gets do it.
 */
final class MultiGet {

    /** More would push each other out of what the processor can have under way. */
    private static final int GROUP = 32;
    /** Of each record; the processor fetches what follows by itself. */
    private static final int LINES = 4;

    private final StoreLog log;
    private final Index index;
    private final KvStore store;
    private final ThreadLocal<Group> groups = ThreadLocal.withInitial(Group::new);

    private static final class Group {
        final long[] hashes = new long[GROUP];
        final long[] words = new long[GROUP];
        final MemorySegment addresses = Arena.ofAuto().allocate((long) GROUP * Long.BYTES, Long.BYTES);
    }

    MultiGet(StoreLog log, Index index, KvStore store) {
        this.log = log;
        this.index = index;
        this.store = store;
    }

    void get(byte[][] keys, byte[][] out, int[] lengths) {
        if (out.length < keys.length || lengths.length < keys.length) {
            throw new IllegalArgumentException(keys.length + " keys, arrays for " + out.length + " values and "
                    + lengths.length + " lengths; expected at least as many as keys");
        }
        for (int from = 0; from < keys.length; from += GROUP) {
            int to = Math.min(keys.length, from + GROUP);
            Group group = groups.get();
            prepare(group, keys, from, to);
            Call call = store.calls.get();
            for (int i = from; i < to; i++) {
                call.key(keys[i]);
                call.hash = group.hashes[i - from];
                call.stageKey();
                lengths[i] = store.copy(call, out[i], 0);
            }
        }
    }

    byte[][] get(byte[][] keys) {
        byte[][] values = new byte[keys.length][];
        for (int from = 0; from < keys.length; from += GROUP) {
            int to = Math.min(keys.length, from + GROUP);
            Group group = groups.get();
            prepare(group, keys, from, to);
            Call call = store.calls.get();
            for (int i = from; i < to; i++) {
                call.key(keys[i]);
                call.hash = group.hashes[i - from];
                call.stageKey();
                values[i] = store.value(call);
            }
        }
        return values;
    }

    private void prepare(Group group, byte[][] keys, int from, int to) {
        long[] hashes = group.hashes;
        long[] words = group.words;
        int count = to - from;
        for (int i = 0; i < count; i++) {
            byte[] key = Objects.requireNonNull(keys[from + i]);
            Call.requireLength(key.length);
            hashes[i] = index.hash(key, 0, key.length);
        }
        // Loops of their own: none of their loads waits for another one's.
        for (int i = 0; i < count; i++) {
            words[i] = index.firstWord(hashes[i]);
        }
        for (int i = 0; i < count; i++) {
            long word = SlotTable.isTagOf(words[i], hashes[i]) ? words[i] : index.wordOf(hashes[i]);
            group.addresses.setAtIndex(ValueLayout.JAVA_LONG, i,
                    word == SlotTable.EMPTY ? 0 : log.addressHint(SlotTable.position(word)));
        }
        HotEntry.prefetch(group.addresses.address(), count, LINES);
    }
}
