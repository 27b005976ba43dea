// SPDX-License-Identifier: Apache-2.0
//
// Walking the records of an extent, for recovery and for programs that read a log.
#ifndef SELKIE_SCAN_H
#define SELKIE_SCAN_H

#include <selkie/append.h>

// Every use is volatile: a fault may end the walk at any load, and what was walked until then must stand here.
// In and out of selkie_scan_records; the Java side reads and writes the same words (org.selkie.os.HotPath).
struct selkie_scan {
    uint64_t offset;        // in: where to begin; out: where the walk stands
    uint64_t stop;          // in: begin no record at or after this offset
    uint64_t end;           // in: no record reaches beyond this offset (the extent's length)
    uint64_t base_position; // in: the position of offset 0
    uint64_t seed;          // in
    uint64_t records;       // in and out: valid records walked, of every type
    uint64_t data_records;  // in and out: of type DATA and above
    uint64_t payload_bytes; // in and out: of those
    uint64_t proven;        // in and out: everything below this position was persisted, as some record says
    uint64_t batch_offset;  // in and out: where the open batch began, SELKIE_NO_BATCH when none is open
    uint64_t spent;         // in and out: bytes summed
    uint64_t batch_records; // in and out: data records of the open batch, not to be counted if it is torn
    uint64_t batch_bytes;   // in and out: their payload
};

#define SELKIE_NO_BATCH (~(uint64_t)0)
#define SELKIE_TORN_BATCH (-5) // the record verifies and belongs to a batch whose earlier members are not there
#define SELKIE_BUDGET (-6)     // more bytes were summed than asked for

// Walks valid records. Returns 0 at `stop`, else why the record at `offset` is not walked.
SELKIE_INLINE int64_t selkie_scan_walk(const char *extent, volatile struct selkie_scan *scan) {
    while (scan->offset < scan->stop) {
        const char *record = extent + scan->offset;
        const uint64_t position = scan->base_position + scan->offset;
        uint64_t spent = 0;
        const int64_t length =
            selkie_check_record(record, scan->end - scan->offset, position, (uint32_t)scan->seed, 0, 0, &spent);
        scan->spent += spent;
        if (length < 0) {
            return length;
        }
        const uint64_t third = ((const volatile uint64_t *)record)[2];
        const uint32_t flags = selkie_flags_of(third);
        const uint32_t type = selkie_type_of(third);
        const int within = scan->batch_offset != SELKIE_NO_BATCH;
        if (within != ((flags & SELKIE_RECORD_CONTINUES) != 0)) {
            return SELKIE_TORN_BATCH;
        }
        if (!within && (flags & SELKIE_RECORD_MORE)) {
            scan->batch_offset = scan->offset;
            scan->batch_records = 0;
            scan->batch_bytes = 0;
        }
        const uint64_t lag = (uint64_t)selkie_lag_of(third) * SELKIE_LINE_BYTES;
        if (selkie_lag_of(third) != SELKIE_LAG_UNKNOWN && lag <= position && position - lag > scan->proven) {
            scan->proven = position - lag;
        }
        scan->records++;
        if (type != SELKIE_RECORD_PAD && type != SELKIE_RECORD_GAP) {
            scan->data_records++;
            scan->payload_bytes += (uint64_t)length;
            scan->batch_records++;
            scan->batch_bytes += (uint64_t)length;
        }
        if (!(flags & SELKIE_RECORD_MORE)) {
            scan->batch_offset = SELKIE_NO_BATCH;
        }
        scan->offset += selkie_record_bytes((uint64_t)length);
    }
    return 0;
}

// Moves `offset` to the next valid record at or after it. Returns 0 there, ABSENT at `stop`, BUDGET when more than
// `budget` bytes have been summed by all searches and walks with this `scan`: an extent forged so that every line looks
// like the beginning of a long record, or is one, must not cost the square of its length. What a walk sums by itself is no
// more than the extent, and what it sums in vain is followed by a search.
SELKIE_INLINE int64_t selkie_scan_search(const char *extent, volatile struct selkie_scan *scan, uint64_t budget) {
    while (scan->offset < scan->stop) {
        if (scan->spent > budget) {
            return SELKIE_BUDGET;
        }
        uint64_t spent = 0;
        const int64_t length = selkie_check_record(extent + scan->offset, scan->end - scan->offset,
                                                   scan->base_position + scan->offset, (uint32_t)scan->seed, 0, 0, &spent);
        scan->spent += spent;
        if (length >= 0 || length == SELKIE_UNKNOWN) {
            return 0;
        }
        scan->offset += SELKIE_LINE_BYTES;
    }
    return SELKIE_ABSENT;
}

#endif
