// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.report;

import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import org.selkie.crashtest.FieldNames;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.StoreKind;

/** Events in words, with the names of fields. */
final class Described {

    private static final int MOST_BYTES = 16;

    private Described() {
    }

    /** What happened, without its place in the code. */
    static String event(Event event, FieldNames fields) {
        return switch (event) {
            case Event.Store store -> "store " + store(store, fields);
            case Event.Flush flush -> "flush " + range(flush.region().name(), flush.offsetBytes(), flush.lengthBytes());
            case Event.Fence fence -> "fence of thread " + fence.thread();
            case Event.Begin begin -> "begin of " + begin.operation();
            case Event.Acknowledge acknowledge -> "acknowledgement of " + acknowledge.operation();
            case Event.Attach attach -> "attach of " + attach.region();
            case Event.Detach detach -> "detach of " + detach.region();
        };
    }

    /** Field, range, value. */
    static String store(Event.Store store, FieldNames fields) {
        String name = fields.of(store.region().name(), store.offsetBytes(), store.lengthBytes());
        String kind = switch (store.kind()) {
            case PLAIN -> "";
            case BULK -> " (copied)";
            case NON_TEMPORAL -> " (past the caches)";
        };
        return (name.isEmpty() ? "" : name + " ") + range(store.region().name(), store.offsetBytes(), store.lengthBytes())
                + " = " + (store.kind() == StoreKind.PLAIN ? value(store.bytes()) : bytes(store.bytes())) + kind;
    }

    static String range(String region, long offsetBytes, long lengthBytes) {
        return region + "[" + offsetBytes + ", +" + lengthBytes + "]";
    }

    /** A number where it can be one, little-endian; otherwise the first bytes. */
    static String value(byte[] bytes) {
        if (bytes.length <= Long.BYTES) {
            long value = 0;
            for (int i = bytes.length - 1; i >= 0; i--) {
                value = (value << 8) | (bytes[i] & 0xff);
            }
            long reversed = Long.reverseBytes(value) >>> (Long.SIZE - 8 * bytes.length);
            if (bytes.length >= Integer.BYTES && Long.compareUnsigned(reversed, value) < 0 && reversed >>> 16 == 0) {
                // A ByteBuffer is big-endian unless told otherwise, and its small numbers look like very large ones.
                return Long.toUnsignedString(reversed) + " (big-endian)";
            }
            return Long.toUnsignedString(value) + (Long.compareUnsigned(value, 9) > 0 ? " (0x" + Long.toHexString(value) + ")"
                    : "");
        }
        return bytes(bytes);
    }

    /** The first bytes, and as text where they are text. */
    private static String bytes(byte[] bytes) {
        int end = bytes.length > 1 && bytes[bytes.length - 1] == 0 ? bytes.length - 1 : bytes.length;
        if (end <= 2 * MOST_BYTES && IntStream.range(0, end).allMatch(i -> bytes[i] >= ' ' && bytes[i] < 127)) {
            return '"' + new String(bytes, 0, end, StandardCharsets.US_ASCII) + '"';
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < Math.min(bytes.length, MOST_BYTES); i++) {
            text.append(i == 0 ? "" : " ").append(Character.forDigit(bytes[i] >> 4 & 15, 16))
                    .append(Character.forDigit(bytes[i] & 15, 16));
        }
        return text.append(bytes.length > MOST_BYTES ? " ..." : "").toString();
    }
}
