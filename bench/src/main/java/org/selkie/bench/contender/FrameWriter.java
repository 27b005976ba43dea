// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.contender;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * A record as a hand-written log would frame it: length, position and checksum before the payload, so that the plain JDK does the
 * same work as a log that can be recovered. For one thread.
 */
public final class FrameWriter {

    public static final int HEADER_BYTES = 16;

    private final CRC32C checksum = new CRC32C();
    private final ByteBuffer frame;
    private final byte[] payload;

    public FrameWriter(int payloadBytes) {
        frame = ByteBuffer.allocateDirect(HEADER_BYTES + payloadBytes).order(ByteOrder.LITTLE_ENDIAN);
        payload = new byte[payloadBytes];
        java.util.Arrays.fill(payload, (byte) 42);
    }

    public int lengthBytes() {
        return frame.capacity();
    }

    /** The record for a position, ready to be written from its beginning. */
    public ByteBuffer frame(long position) {
        checksum.reset();
        checksum.update(payload, 0, payload.length);
        frame.clear();
        frame.putInt(payload.length).putInt((int) (checksum.getValue() ^ position)).putLong(position).put(payload);
        return frame.flip();
    }
}
