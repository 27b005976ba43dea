// SPDX-License-Identifier: Apache-2.0
package org.selkie.format;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.log.Batch;
import org.selkie.log.Log;
import org.selkie.testing.OneExtentLog;
import org.selkie.testing.Scratch;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** The same records give the same bytes for ever. A change here is a change of the format, and needs a new version. */
final class GoldenBytesTest {

    private static final int ROW_BYTES = 32;

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    @Test
    void aPoolHeaderIsTheseBytes() {
        PoolHeader header = new PoolHeader(FormatVersion.CURRENT, OneExtentLog.POOL_ID, 1 << 16, OneExtentLog.CREATED_MILLIS);
        assertEquals("""
                0000 3153454c4b4550310100000000000000 00112233445566778899aabbccddeeff
                0020 00000100000000000068e5cf8b010000 00000000000000000000000000000000
                0fe0 00000000000000000000000000000000 00000000000000000000000017d73426
                """, dump(header.encode()));
    }

    @Test
    void anExtentWithRecordsABatchAndATrimMarkIsTheseBytes() throws IOException {
        Path file = scratch.path("extent");
        try (OneExtentLog extent = OneExtentLog.create(file, 1 << 16, "gold", 3)) {
            Log log = extent.log();
            log.append(new byte[0]);
            log.append(ascii("The first record."));
            log.append(ascii("Its payload ends with its line: 36 b"));
            log.append(ascii("And this one is one byte longer: 37 b"));
            try (Batch batch = log.batch()) {
                // What stood in the batch's memory before must not get into the log.
                batch.add("x".repeat(300).getBytes(StandardCharsets.US_ASCII)).clear();
                // With 37 to 39 bytes the zeros before the trailer begin in the line before it.
                batch.add(ascii("one")).add(ascii("two: and its padding takes two lines..")).add(ascii("three")).commit();
            }
            long last = log.append(ascii("last"));
            log.trim(last - 64);
        }
        assertEquals("""
                0000 3153454c4b4558310100000002000000 00112233445566778899aabbccddeeff
                0020 07000000040000000604030201000000 00000100000000000300000000000000
                0040 0068e5cf8b010000676f6c6400000000 00000000000000000000000000000000
                01e0 00000000000000000000000000000000 0000000000000000000000002d3d8136
                0200 3153454c4b4558310100000002000000 00112233445566778899aabbccddeeff
                0220 07000000040000000604030201000000 00000100000000000300000000000000
                0240 0068e5cf8b010000676f6c6400000000 00000000000000000000000000000000
                03e0 00000000000000000000000000000000 0000000000000000000000002d3d8136
                0400 8012030000000000e9dad98400000000 00000000000000000000000000000000
                0440 00100300000000001d15de6000000000 00000000000000000000000000000000
                0480 00120300000000008d4cd8b000000000 00000000000000000000000000000000
                1000 189fbc59000000000010030000000000 00000001000000000000000000000000
                1020 00000000000000000000000000000000 00000000000000000000000001000000
                1040 bb177c70110000004010030000000000 00000001000000005468652066697273
                1060 74207265636f72642e00000000000000 00000000000000000000000001000000
                1080 ff4a9c47240000008010030000000000 0000000100000000497473207061796c
                10a0 6f616420656e64732077697468206974 73206c696e653a203336206201000000
                10c0 390a869a25000000c010030000000000 0000000100000000416e642074686973
                10e0 206f6e65206973206f6e652062797465 206c6f6e6765723a2033372062000000
                1120 00000000000000000000000000000000 00000000000000000000000002000000
                1140 a094ab9d030000004011030000000000 00000001010000006f6e650000000000
                1160 00000000000000000000000000000000 00000000000000000000000001000000
                1180 beac4495260000008011030000000000 010000010300000074776f3a20616e64
                11a0 206974732070616464696e672074616b 65732074776f206c696e65732e2e0000
                11e0 00000000000000000000000000000000 00000000000000000000000002000000
                1200 f50da1f9050000000012030000000000 03000001020000007468726565000000
                1220 00000000000000000000000000000000 00000000000000000000000001000000
                1240 7c266c41040000004012030000000000 00000001000000006c61737400000000
                1260 00000000000000000000000000000000 00000000000000000000000001000000
                """, dump(Files.readAllBytes(file)));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Every row that holds something. */
    private static String dump(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (int row = 0; row < bytes.length; row += ROW_BYTES) {
            boolean blank = true;
            for (int i = row; i < row + ROW_BYTES; i++) {
                blank &= bytes[i] == 0;
            }
            if (!blank) {
                HexFormat hex = HexFormat.of();
                text.append(String.format("%04x ", row)).append(hex.formatHex(bytes, row, row + ROW_BYTES / 2)).append(' ')
                        .append(hex.formatHex(bytes, row + ROW_BYTES / 2, row + ROW_BYTES)).append('\n');
            }
        }
        return text.toString();
    }
}
