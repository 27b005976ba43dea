// SPDX-License-Identifier: Apache-2.0
//
// The on-media format, for C. docs/format.md is the text; org.selkie.format is the same in Java; a test compares the two.
// Everything is little-endian. A record starts on a cache line (64 B) and fills whole lines.
#ifndef SELKIE_FORMAT_H
#define SELKIE_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#define SELKIE_FORMAT_MAJOR 1
#define SELKIE_FORMAT_MINOR 0

#define SELKIE_LINE_BYTES 64u
#define SELKIE_EXTENT_HEADER_BYTES 4096u
#define SELKIE_EXTENT_SLOT_BYTES 512u
#define SELKIE_EXTENT_NAME_BYTES 256u
#define SELKIE_WATERMARK_OFFSET 1024u
#define SELKIE_TRIM_OFFSET 1088u // two lines, written in turn
#define SELKIE_OPENED_OFFSET 1216u
#define SELKIE_POOL_HEADER_BYTES 4096u

#define SELKIE_POOL_MAGIC 0x3150454b4c455331ull   // "1SELKEP1" read as bytes
#define SELKIE_EXTENT_MAGIC 0x3158454b4c455331ull // "1SELKEX1" read as bytes

enum selkie_extent_state { SELKIE_EXTENT_FREE = 1, SELKIE_EXTENT_LOG = 2 };

enum selkie_record_type {
    SELKIE_RECORD_DATA = 1, // a user's record
    SELKIE_RECORD_PAD = 2,  // skips to its end; its checksum covers its first line only
    SELKIE_RECORD_GAP = 3,  // as PAD, written by salvage over records that were lost
    SELKIE_RECORD_PUT = 16,   // of a store: a key has this value from here on; struct selkie_entry is its payload
    SELKIE_RECORD_DELETE = 17, // of a store: a key has no value from here on; likewise
    SELKIE_RECORD_INDEX = 18   // of a store: struct selkie_index_part or struct selkie_index_commit is its payload
};

// One bit for each type that this version knows.
#define SELKIE_RECORD_TYPES 0x7000eu

static inline int selkie_is_known_type(uint32_t type) { return type < 32 && (SELKIE_RECORD_TYPES >> type & 1) != 0; }

// Members of one batch stand back to back. The first has MORE alone, the last CONTINUES alone, those between both.
#define SELKIE_RECORD_MORE 0x01
#define SELKIE_RECORD_CONTINUES 0x02
#define SELKIE_RECORD_FLAGS 0x03

// Lag that does not fit, or is not known: the record proves nothing about those before it.
#define SELKIE_LAG_UNKNOWN 0xffffffu

struct selkie_record {
    uint32_t crc32c;         // over bytes 4 to the record's end, seeded; PAD and GAP: to the end of the first line
    uint32_t length_bytes;   // of the payload
    uint64_t position;       // this record's own position in its log
    uint32_t lag_type;       // lag in lines | type << 24; everything below position - 64 * lag was persisted before
                             // this record was claimed
    uint8_t flags;
    uint8_t reserved[3];     // zero
    uint8_t payload[];       // then zeros, then u32: the record's length in lines, as its last four bytes
};

#define SELKIE_RECORD_HEADER_BYTES 24u
#define SELKIE_RECORD_TRAILER_BYTES 4u
// What a record longer than a line has of its payload in its first one.
#define SELKIE_FIRST_LINE_PAYLOAD_BYTES (SELKIE_LINE_BYTES - SELKIE_RECORD_HEADER_BYTES)
#define SELKIE_RECORD_OVERHEAD_BYTES (SELKIE_RECORD_HEADER_BYTES + SELKIE_RECORD_TRAILER_BYTES)

// The payload of PUT and DELETE. Behind it, where key_form says so, expiry (u64, milliseconds since 1970) and version (u64,
// the position that the entry had before compaction moved it, or 0 if it did not); then the key, then the value to the payload's end.
struct selkie_entry {
    uint64_t previous;       // position of the key's record before this one, 0 if it has none
    uint32_t key_form;       // the key's length in the lower 24 bits, SELKIE_ENTRY_EXPIRES and SELKIE_ENTRY_MOVED above
} __attribute__((packed));

#define SELKIE_ENTRY_BYTES 12u
#define SELKIE_ENTRY_KEY_BYTES_MAX 65536u
#define SELKIE_ENTRY_EXPIRES 0x01000000u
#define SELKIE_ENTRY_MOVED 0x02000000u

// A store's index as it was when the store was closed: parts of it, and behind them, as the log's last record, what makes them
// count. All parts but the last have the same number of bytes. Together they are, for each stripe of the index in order: a word
// for each slot in use (the position in lines << 16 | 16 bits of the key's hash), then 32 further bits of hash for each, filled
// up with zeros to a multiple of 8 bytes.
#define SELKIE_INDEX_PART 1u
#define SELKIE_INDEX_COMMIT 2u

struct selkie_index_part {
    uint32_t form;           // SELKIE_INDEX_PART
    uint32_t number;         // from 0
    uint64_t up_to;          // everything below this position is in the index, and nothing above it
    uint8_t slots[];
};

// Then a struct selkie_index_stripe for each stripe, then the position of each part (u64).
struct selkie_index_commit {
    uint32_t form;           // SELKIE_INDEX_COMMIT
    uint32_t parts;
    uint64_t up_to;          // as in each of its parts
    uint64_t hash_seed;      // of the keys' hashes
    uint64_t start;          // where the log began
    uint32_t part_bytes;     // of each part's slots but the last one's
    uint32_t stripes;
};

struct selkie_index_stripe {
    uint32_t slots;          // in use
    uint32_t entries;        // of those, the ones that hold a value
    uint64_t live_bytes;     // that these take on media
};

// One of two slots in an extent's header. A change of generation g is written to slot g & 1, persisted, and then to the
// other: a torn write leaves the one before, and one damaged slot loses nothing. The valid one of the higher generation
// counts.
struct selkie_extent_slot {
    uint64_t magic;
    uint16_t format_major;
    uint16_t format_minor;
    uint32_t state;
    uint8_t pool_id[16];
    uint32_t extent_number;  // the place in the pool: the file's number, or the slice of the device
    uint32_t name_bytes;
    uint64_t generation;     // grows with every write of the header; part of every record's seed
    uint64_t extent_bytes;   // header included; a power of two
    uint64_t sequence;       // the place in the log: positions [sequence * extent_bytes, (sequence + 1) * extent_bytes)
    uint64_t log_created;    // tells a log from a later one of the same name; milliseconds since 1970
    uint8_t name[SELKIE_EXTENT_NAME_BYTES]; // of the log, UTF-8
    uint8_t reserved[180];   // zero
    uint32_t crc32c;         // over the bytes before it, as RFC 3720 has it (from ~0, inverted)
};

// At SELKIE_WATERMARK_OFFSET, written lazily: everything below position was persisted.
// At SELKIE_TRIM_OFFSET and a line later: the log begins at position. The highest that verifies counts.
// At SELKIE_OPENED_OFFSET: a store's log was opened to be written, and ended at position then.
struct selkie_mark {
    uint64_t position;
    uint64_t check; // CRC-32C over the extent's seed (u32) and position, so that a torn or stale pair is ignored
};

// The seed of an extent's records and marks: CRC-32C (RFC 3720) over pool_id, extent_number (u32) and generation (u64).

struct selkie_pool_header {
    uint64_t magic;
    uint16_t format_major;
    uint16_t format_minor;
    uint32_t reserved0;      // zero
    uint8_t pool_id[16];
    uint64_t extent_bytes;
    uint64_t created;        // milliseconds since 1970
    uint8_t reserved[4044];  // zero
    uint32_t crc32c;         // over the bytes before it, as RFC 3720 has it
};

_Static_assert(sizeof(struct selkie_record) == SELKIE_RECORD_HEADER_BYTES, "record header");
_Static_assert(offsetof(struct selkie_record, position) == 8, "the position is one aligned word");
_Static_assert(offsetof(struct selkie_record, lag_type) == 16, "lag, type and flags are one aligned word");
_Static_assert(sizeof(struct selkie_entry) == SELKIE_ENTRY_BYTES, "entry");
_Static_assert(sizeof(struct selkie_index_part) == 16, "part of an index");
_Static_assert(sizeof(struct selkie_index_commit) == 40, "commit of an index");
_Static_assert(sizeof(struct selkie_index_stripe) == 16, "stripe of an index");
_Static_assert(sizeof(struct selkie_extent_slot) == SELKIE_EXTENT_SLOT_BYTES, "extent slot");
_Static_assert(2 * sizeof(struct selkie_extent_slot) <= SELKIE_WATERMARK_OFFSET, "both slots before the watermark");
_Static_assert(sizeof(struct selkie_mark) == 16, "mark");
_Static_assert(sizeof(struct selkie_pool_header) == SELKIE_POOL_HEADER_BYTES, "pool header");

// The third word of a record, and its parts.
static inline uint32_t selkie_lag_of(uint64_t third) { return (uint32_t)third & SELKIE_LAG_UNKNOWN; }
static inline uint32_t selkie_type_of(uint64_t third) { return (uint32_t)third >> 24; }
static inline uint32_t selkie_flags_of(uint64_t third) { return (uint32_t)(third >> 32) & 0xff; }

// The length on media of a record with a payload of this many bytes.
static inline uint64_t selkie_record_bytes(uint64_t payload_bytes) {
    return (payload_bytes + SELKIE_RECORD_OVERHEAD_BYTES + SELKIE_LINE_BYTES - 1) & ~(uint64_t)(SELKIE_LINE_BYTES - 1);
}

#endif
