// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import org.selkie.crashtest.model.FlatMemory;
import org.selkie.crashtest.model.LineHash;
import org.selkie.crashtest.trace.Region;
import org.selkie.crashtest.trace.Trace;

/**
 * The one image that a thread has, holding what is certainly persisted and, while an image is looked at, the choice for the
 * units on top. Its hash is kept for the persisted part, as a difference to the trace's start.
 */
final class ImageMemory implements FlatMemory {

    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment flat;
    /** The same without what a checker has written past the tracked region; only once a checker asked for the memory. */
    private @Nullable MemorySegment pristine;
    private long persistedHash;

    ImageMemory(Trace trace) {
        flat = Arena.ofAuto().allocate(Math.max(trace.flatBytes(), Region.ALIGNMENT_BYTES), Region.ALIGNMENT_BYTES);
        for (Region region : trace.regions()) {
            MemorySegment.copy(region.initial(), 0, flat, region.startBytes(), region.lengthBytes());
        }
    }

    int lineCount() {
        return (int) (flat.byteSize() / LINE_BYTES);
    }

    MemorySegment flat() {
        return flat;
    }

    @Override
    public void read(int line, long[] words, int from) {
        long at = (long) line * LINE_BYTES;
        for (int i = 0; i < LINE_WORDS; i++) {
            words[from + i] = flat.get(WORD, at + (long) i * Long.BYTES);
        }
    }

    @Override
    public void write(int line, long[] words, int from) {
        long at = (long) line * LINE_BYTES;
        for (int i = 0; i < LINE_WORDS; i++) {
            flat.set(WORD, at + (long) i * Long.BYTES, words[from + i]);
        }
        MemorySegment copy = pristine;
        if (copy != null) {
            for (int i = 0; i < LINE_WORDS; i++) {
                copy.set(WORD, at + (long) i * Long.BYTES, words[from + i]);
            }
        }
    }

    /** For the model: what it writes is certain. */
    FlatMemory persisted() {
        return new FlatMemory() {

            private final long[] before = new long[LINE_WORDS];

            @Override
            public void read(int line, long[] words, int from) {
                ImageMemory.this.read(line, words, from);
            }

            @Override
            public void write(int line, long[] words, int from) {
                ImageMemory.this.read(line, before, 0);
                persistedHash += LineHash.of(line, words, from) - LineHash.of(line, before, 0);
                ImageMemory.this.write(line, words, from);
            }
        };
    }

    long persistedHash() {
        return persistedHash;
    }

    /** From now on {@link #restore} finds whatever has been written. */
    void keepPristine() {
        if (pristine == null) {
            MemorySegment copy = Arena.ofAuto().allocate(flat.byteSize(), Region.ALIGNMENT_BYTES);
            copy.copyFrom(flat);
            pristine = copy;
        }
    }

    /** Whether a checker has written anything, once {@link #keepPristine} was called. */
    boolean isChanged() {
        MemorySegment copy = pristine;
        return copy != null && flat.mismatch(copy) >= 0;
    }

    /** Takes back what a checker has written. */
    void restore() {
        MemorySegment copy = pristine;
        if (copy == null) {
            return;
        }
        long at = flat.mismatch(copy);
        while (at >= 0) {
            long line = at & -LINE_BYTES;
            MemorySegment.copy(copy, line, flat, line, LINE_BYTES);
            at = MemorySegment.mismatch(flat, line + LINE_BYTES, flat.byteSize(), copy, line + LINE_BYTES, copy.byteSize());
            at = at < 0 ? at : at + line + LINE_BYTES;
        }
    }
}
