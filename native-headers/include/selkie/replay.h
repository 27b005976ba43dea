// SPDX-License-Identifier: Apache-2.0
//
// Telling of each entry of an extent, in order, what an index wants to know: where it stands, what it replaces, and its key's hash.
#ifndef SELKIE_REPLAY_H
#define SELKIE_REPLAY_H

#include <selkie/entry.h>
#include <selkie/scan.h>

// In and out of selkie_replay_entries; the Java side reads and writes the same words (org.selkie.os.HotReplay). Volatile for
// the same reason as struct selkie_scan.
struct selkie_replay {
    uint64_t offset;        // in: where to begin; out: where the walk stands
    uint64_t stop;          // in: begin no record at or after this offset
    uint64_t end;           // in: no record reaches beyond this offset
    uint64_t base_position; // in: the position of offset 0
    uint64_t seed;          // in: of the records' checksums
    uint64_t hash_seed;     // in: of the keys' hashes
    uint64_t told;          // in and out: entries told
    uint64_t room;          // in: how many there is room for
};

struct selkie_told {
    uint64_t position;
    uint64_t previous;
    uint64_t hash;
    uint64_t lines_type; // the record's length in lines | its type << 32
};

SELKIE_INLINE uint64_t selkie_fold(uint64_t a, uint64_t b) {
    const unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

// org.selkie.kv.KeyHash. Nothing outside of the key is read.
SELKIE_INLINE uint64_t selkie_hash_key(const volatile unsigned char *key, uint64_t length, uint64_t seed) {
    uint64_t hash = seed ^ 0xa0761d6478bd642full;
    uint64_t left = length;
    while (left >= 8) {
        hash = selkie_fold(*(const volatile selkie_word *)key ^ 0xe7037ed1a0b428dbull, hash);
        key += 8;
        left -= 8;
    }
    uint64_t rest = 0;
    while (left != 0) {
        left--;
        rest = rest << 8 | key[left];
    }
    hash = selkie_fold(rest ^ 0xe7037ed1a0b428dbull, hash ^ length);
    return selkie_fold(hash ^ 0xa0761d6478bd642full, hash ^ seed ^ 0xe7037ed1a0b428dbull);
}

// Walks valid records and tells of each entry. Returns 0 at `stop` or where there is no more room, else why the record at
// `offset` is not walked: a code of selkie_check_record, or NOT_PLAIN where it is no entry.
SELKIE_INLINE int64_t selkie_replay_walk(const char *extent, volatile struct selkie_replay *replay,
                                         volatile struct selkie_told *told) {
    while (replay->offset < replay->stop && replay->told < replay->room) {
        const char *record = extent + replay->offset;
        uint64_t spent = 0;
        const int64_t length = selkie_check_record(record, replay->end - replay->offset, replay->base_position + replay->offset,
                                                   (uint32_t)replay->seed, 0, 0, &spent);
        if (length < 0) {
            return length;
        }
        const volatile uint64_t *word = (const volatile uint64_t *)record;
        const uint32_t type = selkie_type_of(word[2]);
        const uint64_t bytes = selkie_record_bytes((uint64_t)length);
        if (type != SELKIE_RECORD_PAD && type != SELKIE_RECORD_GAP && type != SELKIE_RECORD_INDEX) {
            const uint32_t form = (uint32_t)word[4];
            const uint64_t key_bytes = form & SELKIE_ENTRY_KEY_MASK;
            const uint64_t at = SELKIE_ENTRY_BYTES + ((form & SELKIE_ENTRY_EXPIRES) != 0 ? 8 : 0)
                                + ((form & SELKIE_ENTRY_MOVED) != 0 ? 8 : 0);
            if ((type != SELKIE_RECORD_PUT && type != SELKIE_RECORD_DELETE) || key_bytes == 0
                || key_bytes > SELKIE_ENTRY_KEY_BYTES_MAX || at + key_bytes > (uint64_t)length
                || (form & ~(SELKIE_ENTRY_KEY_MASK | SELKIE_ENTRY_EXPIRES | SELKIE_ENTRY_MOVED)) != 0) {
                return SELKIE_NOT_PLAIN;
            }
            volatile struct selkie_told *to = told + replay->told;
            to->position = replay->base_position + replay->offset;
            to->previous = word[3];
            to->lines_type = bytes / SELKIE_LINE_BYTES | (uint64_t)type << 32;
            to->hash = selkie_hash_key((const volatile unsigned char *)record + SELKIE_RECORD_HEADER_BYTES + at, key_bytes,
                                       replay->hash_seed);
            replay->told++;
        }
        replay->offset += bytes;
    }
    return 0;
}

#endif
