// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.selkie.os.ForeignMemory;

/** An Agrona buffer as a segment. */
final class AgronaBuffers {

    private AgronaBuffers() {
    }

    /** The bytes themselves, not a copy. The caller keeps the buffer alive and has checked the bounds. */
    static MemorySegment slice(DirectBuffer buffer, int offset, int lengthBytes) {
        byte[] array = buffer.byteArray();
        if (array != null) {
            return MemorySegment.ofArray(array).asSlice((long) buffer.wrapAdjustment() + offset, lengthBytes);
        }
        ByteBuffer backing = buffer.byteBuffer();
        if (backing != null) {
            int from = buffer.wrapAdjustment() + offset;
            return MemorySegment.ofBuffer(backing.duplicate().limit(from + lengthBytes).position(from));
        }
        return ForeignMemory.at(buffer.addressOffset() + offset, lengthBytes);
    }
}
