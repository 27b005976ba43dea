// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.plain;

import java.nio.MappedByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The same on a mapped buffer: a count, and records of 64 bytes behind it. */
final class BufferStack {

    private static final int RECORD_BYTES = 64;

    private final MappedByteBuffer buffer;
    private final boolean right;

    BufferStack(MappedByteBuffer buffer, boolean right) {
        this.buffer = buffer;
        this.right = right;
    }

    void push(long value) {
        int count = buffer.getInt(0);
        int at = RECORD_BYTES * (count + 1);
        buffer.position(at);
        buffer.putLong(value).putLong(~value);
        buffer.put(new byte[] {1, 2, 3});
        if (right) {
            buffer.force(at, RECORD_BYTES);
        }
        buffer.putInt(0, count + 1);
        buffer.force(0, RECORD_BYTES);
    }

    List<Object> values() {
        List<Object> values = new ArrayList<>();
        for (int i = 1; i <= buffer.getInt(0); i++) {
            long value = buffer.getLong(RECORD_BYTES * i);
            if (buffer.getLong(RECORD_BYTES * i + 8) != ~value || buffer.get(RECORD_BYTES * i + 18) != 3) {
                throw new IllegalStateException("record " + i + " is damaged");
            }
            values.add(value);
        }
        return values;
    }
}
