// SPDX-License-Identifier: Apache-2.0
//
// Prints every number of format.h, append.h and scan.h as name=value; FormatInCTest compares them with Java's.
#include <stdio.h>

#include <selkie/scan.h>

#define PRINT(name) printf("%s=%lld\n", #name, (long long)(SELKIE_##name))
#define OFFSET(type, field) printf("%s.%s=%zu\n", #type, #field, offsetof(struct selkie_##type, field))

int main(void) {
    PRINT(FORMAT_MAJOR);
    PRINT(FORMAT_MINOR);
    PRINT(LINE_BYTES);
    PRINT(EXTENT_HEADER_BYTES);
    PRINT(EXTENT_SLOT_BYTES);
    PRINT(EXTENT_NAME_BYTES);
    PRINT(WATERMARK_OFFSET);
    PRINT(TRIM_OFFSET);
    PRINT(OPENED_OFFSET);
    PRINT(POOL_HEADER_BYTES);
    PRINT(POOL_MAGIC);
    PRINT(EXTENT_MAGIC);
    PRINT(EXTENT_FREE);
    PRINT(EXTENT_LOG);
    PRINT(RECORD_DATA);
    PRINT(RECORD_PAD);
    PRINT(RECORD_GAP);
    PRINT(RECORD_PUT);
    PRINT(RECORD_DELETE);
    PRINT(RECORD_INDEX);
    PRINT(RECORD_TYPES);
    PRINT(INDEX_PART);
    PRINT(INDEX_COMMIT);
    PRINT(ENTRY_BYTES);
    PRINT(ENTRY_KEY_BYTES_MAX);
    PRINT(ENTRY_EXPIRES);
    PRINT(ENTRY_MOVED);
    PRINT(RECORD_MORE);
    PRINT(RECORD_CONTINUES);
    PRINT(RECORD_HEADER_BYTES);
    PRINT(RECORD_TRAILER_BYTES);
    PRINT(RECORD_OVERHEAD_BYTES);
    PRINT(LAG_UNKNOWN);
    PRINT(FAULT);
    PRINT(ABSENT);
    PRINT(CORRUPT);
    PRINT(UNKNOWN);
    PRINT(TORN_BATCH);
    PRINT(BUDGET);
    OFFSET(record, crc32c);
    OFFSET(record, length_bytes);
    OFFSET(record, position);
    OFFSET(record, lag_type);
    OFFSET(record, flags);
    OFFSET(record, payload);
    OFFSET(entry, previous);
    OFFSET(entry, key_form);
    OFFSET(index_part, form);
    OFFSET(index_part, number);
    OFFSET(index_part, up_to);
    OFFSET(index_part, slots);
    OFFSET(index_commit, form);
    OFFSET(index_commit, parts);
    OFFSET(index_commit, up_to);
    OFFSET(index_commit, hash_seed);
    OFFSET(index_commit, start);
    OFFSET(index_commit, part_bytes);
    OFFSET(index_commit, stripes);
    OFFSET(index_stripe, slots);
    OFFSET(index_stripe, entries);
    OFFSET(index_stripe, live_bytes);
    printf("index_commit.bytes=%zu\n", sizeof(struct selkie_index_commit));
    printf("index_stripe.bytes=%zu\n", sizeof(struct selkie_index_stripe));
    OFFSET(extent_slot, magic);
    OFFSET(extent_slot, format_major);
    OFFSET(extent_slot, format_minor);
    OFFSET(extent_slot, state);
    OFFSET(extent_slot, pool_id);
    OFFSET(extent_slot, extent_number);
    OFFSET(extent_slot, name_bytes);
    OFFSET(extent_slot, generation);
    OFFSET(extent_slot, extent_bytes);
    OFFSET(extent_slot, sequence);
    OFFSET(extent_slot, log_created);
    OFFSET(extent_slot, name);
    OFFSET(extent_slot, crc32c);
    OFFSET(mark, position);
    OFFSET(mark, check);
    OFFSET(pool_header, magic);
    OFFSET(pool_header, format_major);
    OFFSET(pool_header, format_minor);
    OFFSET(pool_header, pool_id);
    OFFSET(pool_header, extent_bytes);
    OFFSET(pool_header, created);
    OFFSET(pool_header, crc32c);
    OFFSET(scan, offset);
    OFFSET(scan, stop);
    OFFSET(scan, end);
    OFFSET(scan, base_position);
    OFFSET(scan, seed);
    OFFSET(scan, records);
    OFFSET(scan, data_records);
    OFFSET(scan, payload_bytes);
    OFFSET(scan, proven);
    OFFSET(scan, batch_offset);
    OFFSET(scan, spent);
    OFFSET(scan, batch_records);
    OFFSET(scan, batch_bytes);
    printf("scan.size=%zu\n", sizeof(struct selkie_scan));
    // Distinct bits in every part of a record's third word.
    const uint64_t third = 0xa1b2c3ull | 2ull << 24 | 1ull << 32;
    printf("lag_of=%u\ntype_of=%u\nflags_of=%u\n", selkie_lag_of(third), selkie_type_of(third), selkie_flags_of(third));
    printf("third=%llu\n", (unsigned long long)third);
    for (uint64_t length = 0; length <= 300; length++) {
        printf("record_bytes.%llu=%llu\n", (unsigned long long)length, (unsigned long long)selkie_record_bytes(length));
    }
    return 0;
}
