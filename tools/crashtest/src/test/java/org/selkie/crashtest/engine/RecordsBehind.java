// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.selkie.ImagePool;
import org.selkie.crashtest.CrashImage;
import org.selkie.format.ExtentHeader;
import org.selkie.format.RecordLayout;
import org.selkie.os.HotPath;

/**
 * Recovery that scans takes every record that verifies. One that takes a log at its word has not looked: what verifies behind
 * the end would come back when the log has grown up to it.
 */
final class RecordsBehind {

    private RecordsBehind() {
    }

    /** Fails if a record that verifies stands in an extent of a log, there or later. */
    static void requireNone(CrashImage image, long end) {
        for (String name : image.regionNames()) {
            byte[] extent = image.bytes(name);
            if (ExtentHeader.decode(extent, name) instanceof ExtentHeader.Decoded.Valid valid
                    && valid.header().state() == ExtentHeader.State.LOG && valid.header().endPosition() > end) {
                long from = Math.max(end, valid.header().firstPosition()) - valid.header().basePosition();
                for (int at = (int) from; at < extent.length; at += RecordLayout.LINE_BYTES) {
                    int offset = at;
                    LogOracle.require(!verifies(extent, at, valid.header().seed()), () -> "the log is said to end at " + end
                            + ", and a record that verifies stands behind, at offset " + offset + " of " + name);
                }
            }
        }
    }

    private static boolean verifies(byte[] extent, int at, int seed) {
        if (!RecordLayout.looksLikeRecord(extent, at, ImagePool.EXTENT_BYTES)) {
            return false;
        }
        ByteBuffer words = ByteBuffer.wrap(extent).order(ByteOrder.LITTLE_ENDIAN);
        int type = extent[at + RecordLayout.TYPE_OFFSET];
        long summed = (type == RecordLayout.PAD || type == RecordLayout.GAP ? RecordLayout.LINE_BYTES
                : RecordLayout.recordBytes(words.getInt(at + RecordLayout.LENGTH_OFFSET))) - RecordLayout.LENGTH_OFFSET;
        MemorySegment record = MemorySegment.ofArray(extent).asSlice(at + RecordLayout.LENGTH_OFFSET, summed);
        return HotPath.crc32c(record, summed, seed) == words.getInt(at + RecordLayout.CRC_OFFSET);
    }
}
