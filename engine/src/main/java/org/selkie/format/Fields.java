// SPDX-License-Identifier: Apache-2.0
package org.selkie.format;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.UUID;

/** Fields that more than one header has. */
final class Fields {

    static final int UUID_BYTES = 16;

    private Fields() {
    }

    static void putUuid(MemorySegment to, long offset, UUID id) {
        MemorySegment.copy(MemorySegment.ofArray(bytes(id)), 0, to, offset, UUID_BYTES);
    }

    static UUID uuid(MemorySegment from, long offset) {
        ByteBuffer bytes = from.asSlice(offset, UUID_BYTES).asByteBuffer();
        return new UUID(bytes.getLong(), bytes.getLong());
    }

    /** In the order in which a UUID is written down (RFC 9562). */
    static byte[] bytes(UUID id) {
        return ByteBuffer.allocate(UUID_BYTES).putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits())
                .array();
    }

    static String hex(int value) {
        return "0x" + Integer.toHexString(value);
    }
}
