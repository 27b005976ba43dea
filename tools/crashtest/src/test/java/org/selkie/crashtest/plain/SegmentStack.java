// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.plain;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;

/** A stack on a plain segment: knows nothing of crashtest, and forces what it stores, or forgets to. */
final class SegmentStack {

    static final StructLayout LAYOUT = MemoryLayout.structLayout(
            ValueLayout.JAVA_LONG.withName("magic"),
            ValueLayout.JAVA_LONG.withName("count"),
            MemoryLayout.paddingLayout(48),
            MemoryLayout.sequenceLayout(16, MemoryLayout.structLayout(ValueLayout.JAVA_LONG.withName("value"),
                    ValueLayout.JAVA_LONG.withName("check"), MemoryLayout.paddingLayout(48))).withName("slots"));
    private static final VarHandle COUNT = LAYOUT.varHandle(PathElement.groupElement("count"));
    private static final VarHandle VALUE = LAYOUT.varHandle(PathElement.groupElement("slots"), PathElement.sequenceElement(),
            PathElement.groupElement("value"));
    private static final long SLOTS = LAYOUT.byteOffset(PathElement.groupElement("slots"));
    private static final long SLOT_BYTES = 64;

    private final MemorySegment memory;
    private final boolean right;

    SegmentStack(MemorySegment memory, boolean right) {
        this.memory = memory;
        this.right = right;
    }

    void push(long value) {
        long count = (long) COUNT.get(memory, 0L);
        MemorySegment slot = memory.asSlice(SLOTS + count * SLOT_BYTES, SLOT_BYTES);
        VALUE.set(memory, 0L, count, value);
        slot.set(ValueLayout.JAVA_LONG, 8, ~value);
        if (right) {
            slot.force();
        }
        COUNT.setRelease(memory, 0L, count + 1);
        memory.asSlice(0, 64).force();
    }

    List<Object> values() {
        List<Object> values = new ArrayList<>();
        for (long i = 0; i < (long) COUNT.get(memory, 0L); i++) {
            long value = (long) VALUE.get(memory, 0L, i);
            if (memory.get(ValueLayout.JAVA_LONG, SLOTS + i * SLOT_BYTES + 8) != ~value) {
                throw new IllegalStateException("slot " + i + " is damaged");
            }
            values.add(value);
        }
        return values;
    }
}
