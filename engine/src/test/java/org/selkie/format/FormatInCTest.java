// SPDX-License-Identifier: Apache-2.0
package org.selkie.format;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.selkie.os.Command;
import org.selkie.os.HotPath;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** The format has two texts, native-headers/include/selkie and this package, and they say the same. */
final class FormatInCTest {

    @TempDir
    private Path temporary;

    @Test
    void everyNumberOfTheFormatIsTheSameInCAndInJava() {
        Map<String, Long> inC = numbers(Command.check(
                CPrograms.compile("gcc", "format_print", temporary, CPrograms.crcFlags()).toString()));
        Map<String, Long> inJava = new TreeMap<>();
        constants(inJava);
        record(inJava);
        index(inJava);
        slot(inJava);
        pool(inJava);
        scan(inJava);
        for (long length = 0; length <= 300; length++) {
            inJava.put("record_bytes." + length, RecordLayout.recordBytes(length));
        }
        assertEquals(inC, inJava);
    }

    @Test
    void theHeadersCompileForAarch64() {
        Command.require("aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu");
        CPrograms.compile("aarch64-linux-gnu-gcc", "format_print", temporary, "-march=armv8-a+crc");
        CPrograms.compile("aarch64-linux-gnu-gcc", "read_log", temporary, "-march=armv8-a+crc");
    }

    private static Map<String, Long> numbers(String printed) {
        Map<String, Long> numbers = new TreeMap<>();
        printed.lines().forEach(line -> {
            int equals = line.indexOf('=');
            numbers.put(line.substring(0, equals), Long.valueOf(line.substring(equals + 1)));
        });
        return numbers;
    }

    private static void constants(Map<String, Long> numbers) {
        numbers.put("FORMAT_MAJOR", (long) FormatVersion.CURRENT.major());
        numbers.put("FORMAT_MINOR", (long) FormatVersion.CURRENT.minor());
        numbers.put("LINE_BYTES", (long) RecordLayout.LINE_BYTES);
        numbers.put("EXTENT_HEADER_BYTES", (long) ExtentHeader.BYTES);
        numbers.put("EXTENT_SLOT_BYTES", (long) ExtentHeader.SLOT_BYTES);
        numbers.put("EXTENT_NAME_BYTES", (long) ExtentHeader.MAX_NAME_BYTES);
        numbers.put("WATERMARK_OFFSET", (long) ExtentHeader.WATERMARK_OFFSET);
        numbers.put("TRIM_OFFSET", (long) ExtentHeader.TRIM_OFFSET);
        numbers.put("OPENED_OFFSET", (long) ExtentHeader.OPENED_OFFSET);
        numbers.put("POOL_HEADER_BYTES", (long) PoolHeader.BYTES);
        numbers.put("POOL_MAGIC", PoolHeader.MAGIC);
        numbers.put("EXTENT_MAGIC", ExtentHeader.MAGIC);
        numbers.put("EXTENT_FREE", stateOnMedia(ExtentHeader.State.FREE));
        numbers.put("EXTENT_LOG", stateOnMedia(ExtentHeader.State.LOG));
        numbers.put("RECORD_DATA", (long) RecordLayout.DATA);
        numbers.put("RECORD_PAD", (long) RecordLayout.PAD);
        numbers.put("RECORD_GAP", (long) RecordLayout.GAP);
        numbers.put("RECORD_PUT", (long) RecordLayout.PUT);
        numbers.put("RECORD_DELETE", (long) RecordLayout.DELETE);
        numbers.put("RECORD_INDEX", (long) RecordLayout.INDEX);
        numbers.put("RECORD_TYPES", knownTypes());
        numbers.put("ENTRY_BYTES", (long) EntryLayout.FIXED_BYTES);
        numbers.put("ENTRY_KEY_BYTES_MAX", (long) EntryLayout.MAX_KEY_BYTES);
        numbers.put("ENTRY_EXPIRES", (long) EntryLayout.EXPIRES);
        numbers.put("ENTRY_MOVED", (long) EntryLayout.MOVED);
        numbers.put("entry.previous", (long) EntryLayout.PREVIOUS_OFFSET);
        numbers.put("entry.key_form", (long) EntryLayout.FORM_OFFSET);
        numbers.put("RECORD_MORE", (long) RecordLayout.MORE);
        numbers.put("RECORD_CONTINUES", (long) RecordLayout.CONTINUES);
        numbers.put("RECORD_HEADER_BYTES", (long) RecordLayout.HEADER_BYTES);
        numbers.put("RECORD_TRAILER_BYTES", (long) RecordLayout.TRAILER_BYTES);
        numbers.put("RECORD_OVERHEAD_BYTES", (long) RecordLayout.OVERHEAD_BYTES);
        numbers.put("LAG_UNKNOWN", RecordLayout.LAG_UNKNOWN);
        numbers.put("FAULT", HotPath.FAULT);
        numbers.put("ABSENT", HotPath.ABSENT);
        numbers.put("CORRUPT", HotPath.CORRUPT);
        numbers.put("UNKNOWN", HotPath.UNKNOWN);
        numbers.put("TORN_BATCH", HotPath.TORN_BATCH);
        numbers.put("BUDGET", HotPath.BUDGET);
    }

    private static long knownTypes() {
        long bits = 0;
        for (int type = 0; type < 256; type++) {
            bits |= RecordLayout.isKnown(type) ? 1L << type : 0;
        }
        return bits;
    }

    private static long stateOnMedia(ExtentHeader.State state) {
        ExtentHeader header = new ExtentHeader(new java.util.UUID(0, 0), 1, state, 1, 1 << 16, 0, 0, "");
        return MemorySegment.ofArray(header.encodeSlot()).get(RecordLayout.INT, ExtentHeader.STATE_OFFSET);
    }

    private static void record(Map<String, Long> numbers) {
        numbers.put("record.crc32c", (long) RecordLayout.CRC_OFFSET);
        numbers.put("record.length_bytes", (long) RecordLayout.LENGTH_OFFSET);
        numbers.put("record.position", (long) RecordLayout.POSITION_OFFSET);
        numbers.put("record.lag_type", (long) RecordLayout.LAG_OFFSET);
        numbers.put("record.flags", (long) RecordLayout.FLAGS_OFFSET);
        numbers.put("record.payload", (long) RecordLayout.HEADER_BYTES);
        long third = 0xa1b2c3L | 2L << 24 | 1L << 32;
        MemorySegment header = MemorySegment.ofArray(new byte[RecordLayout.HEADER_BYTES]);
        header.set(RecordLayout.LONG, RecordLayout.LAG_OFFSET, third);
        numbers.put("third", third);
        numbers.put("lag_of", RecordLayout.lag(header));
        numbers.put("type_of", (long) RecordLayout.type(header));
        numbers.put("flags_of", (long) RecordLayout.flags(header));
    }

    private static void index(Map<String, Long> numbers) {
        numbers.put("INDEX_PART", (long) CheckpointLayout.PART);
        numbers.put("INDEX_COMMIT", (long) CheckpointLayout.COMMIT);
        numbers.put("index_part.form", (long) CheckpointLayout.FORM_OFFSET);
        numbers.put("index_part.number", (long) CheckpointLayout.NUMBER_OFFSET);
        numbers.put("index_part.up_to", (long) CheckpointLayout.UP_TO_OFFSET);
        numbers.put("index_part.slots", (long) CheckpointLayout.SLOTS_OFFSET);
        numbers.put("index_commit.form", (long) CheckpointLayout.FORM_OFFSET);
        numbers.put("index_commit.parts", (long) CheckpointLayout.NUMBER_OFFSET);
        numbers.put("index_commit.up_to", (long) CheckpointLayout.UP_TO_OFFSET);
        numbers.put("index_commit.hash_seed", (long) CheckpointLayout.HASH_SEED_OFFSET);
        numbers.put("index_commit.start", (long) CheckpointLayout.START_OFFSET);
        numbers.put("index_commit.part_bytes", (long) CheckpointLayout.PART_BYTES_OFFSET);
        numbers.put("index_commit.stripes", (long) CheckpointLayout.STRIPES_OFFSET);
        numbers.put("index_commit.bytes", (long) CheckpointLayout.COMMIT_BYTES);
        numbers.put("index_stripe.slots", (long) CheckpointLayout.STRIPE_SLOTS_OFFSET);
        numbers.put("index_stripe.entries", (long) CheckpointLayout.STRIPE_ENTRIES_OFFSET);
        numbers.put("index_stripe.live_bytes", (long) CheckpointLayout.STRIPE_LIVE_BYTES_OFFSET);
        numbers.put("index_stripe.bytes", (long) CheckpointLayout.STRIPE_BYTES);
    }

    private static void slot(Map<String, Long> numbers) {
        numbers.put("extent_slot.magic", 0L);
        numbers.put("extent_slot.format_major", (long) ExtentHeader.VERSION_OFFSET);
        numbers.put("extent_slot.format_minor", ExtentHeader.VERSION_OFFSET + 2L);
        numbers.put("extent_slot.state", (long) ExtentHeader.STATE_OFFSET);
        numbers.put("extent_slot.pool_id", (long) ExtentHeader.POOL_ID_OFFSET);
        numbers.put("extent_slot.extent_number", (long) ExtentHeader.NUMBER_OFFSET);
        numbers.put("extent_slot.name_bytes", (long) ExtentHeader.NAME_LENGTH_OFFSET);
        numbers.put("extent_slot.generation", (long) ExtentHeader.GENERATION_OFFSET);
        numbers.put("extent_slot.extent_bytes", (long) ExtentHeader.EXTENT_BYTES_OFFSET);
        numbers.put("extent_slot.sequence", (long) ExtentHeader.SEQUENCE_OFFSET);
        numbers.put("extent_slot.log_created", (long) ExtentHeader.LOG_CREATED_OFFSET);
        numbers.put("extent_slot.name", (long) ExtentHeader.NAME_OFFSET);
        numbers.put("extent_slot.crc32c", (long) ExtentHeader.CRC_OFFSET);
        numbers.put("mark.position", 0L);
        numbers.put("mark.check", (long) Long.BYTES);
    }

    private static void pool(Map<String, Long> numbers) {
        numbers.put("pool_header.magic", 0L);
        numbers.put("pool_header.format_major", (long) PoolHeader.VERSION_OFFSET);
        numbers.put("pool_header.format_minor", PoolHeader.VERSION_OFFSET + 2L);
        numbers.put("pool_header.pool_id", (long) PoolHeader.POOL_ID_OFFSET);
        numbers.put("pool_header.extent_bytes", (long) PoolHeader.EXTENT_BYTES_OFFSET);
        numbers.put("pool_header.created", (long) PoolHeader.CREATED_OFFSET);
        numbers.put("pool_header.crc32c", (long) PoolHeader.CRC_OFFSET);
    }

    /** Where the Java side really reads and writes each word, not what it says. */
    private static void scan(Map<String, Long> numbers) {
        try (Arena arena = Arena.ofConfined()) {
            for (HotPath.Scan word : HotPath.Scan.values()) {
                MemorySegment scan = arena.allocate(HotPath.Scan.BYTES, Long.BYTES);
                word.set(scan, -1);
                for (long offset = 0; offset < HotPath.Scan.BYTES; offset += Long.BYTES) {
                    if (scan.get(ValueLayout.JAVA_LONG, offset) == -1) {
                        numbers.put("scan." + word.name().toLowerCase(Locale.ROOT), offset);
                    }
                }
            }
        }
        numbers.put("scan.size", HotPath.Scan.BYTES);
    }
}
