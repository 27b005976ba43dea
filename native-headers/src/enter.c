// SPDX-License-Identifier: Apache-2.0
//
// Entering what was told of an extent (selkie/replay.h) into a store's index. Nothing here touches a mapping: the tables are on
// the JVM's heap, the rest is memory of the caller's, so that no fault has to be turned into a return.
#include <selkie/replay.h>

#define SELKIE_API __attribute__((visibility("default")))
#define STRIPES 256

// In and out of selkie_enter; org.selkie.os.HotReplay has the same words.
struct selkie_entering {
    uint64_t capacity;     // in: of the table
    uint64_t used;         // in and out: its slots that are not empty
    uint64_t next;         // in and out: which of `order` comes next
    uint64_t count;        // in: where `order` ends
    uint64_t lines;        // in and out: of the values entered
    uint64_t entered;      // in and out: keys that were new
    uint64_t replaced;     // in and out: how many at the beginning of `replaced_by` have replaced another one
};

// Puts the numbers of what was told in the order of their stripes, those of one stripe as they were; `starts` gets where each
// stripe begins, and the end; `fresh` how many keys more each stripe has then, as far as the entries tell.
SELKIE_API int64_t selkie_order_by_stripe(const struct selkie_told *told, uint64_t count, uint32_t *order, uint32_t *starts,
                                          int32_t *fresh) {
    for (int i = 0; i <= STRIPES; i++) {
        starts[i] = 0;
    }
    for (int i = 0; i < STRIPES; i++) {
        fresh[i] = 0;
    }
    for (uint64_t i = 0; i < count; i++) {
        starts[(told[i].hash >> 56) + 1]++;
        fresh[told[i].hash >> 56] += told[i].lines_type >> 32 == SELKIE_RECORD_DELETE ? -1 : told[i].previous == 0;
    }
    uint32_t at[STRIPES];
    for (int i = 0; i < STRIPES; i++) {
        starts[i + 1] += starts[i];
        at[i] = starts[i];
    }
    for (uint64_t i = 0; i < count; i++) {
        order[at[told[i].hash >> 56]++] = (uint32_t)i;
    }
    return 0;
}

static uint64_t word_of(uint64_t position, uint64_t hash) { return position >> 6 << 16 | (hash & 0xffff); }

// Enters values of one stripe, in order, into a table (org.selkie.kv.SlotTable). Stops and returns 1 at what wants more than
// that: a deletion, a key whose hash is there already and whose record before is not, a table that is too full. 0 at the end.
SELKIE_API int64_t selkie_enter(uint64_t *words, uint32_t *hashes, const struct selkie_told *told, const uint32_t *order,
                                uint32_t *replaced_by, struct selkie_entering *entering) {
    const uint64_t capacity = entering->capacity;
    for (; entering->next < entering->count; entering->next++) {
        const struct selkie_told *entry = &told[order[entering->next]];
        if (entry->lines_type >> 32 != SELKIE_RECORD_PUT || (entering->used + 1) * 10 > capacity * 8) {
            return 1;
        }
        const uint32_t spread = (uint32_t)(entry->hash >> 16);
        const uint64_t previous = entry->previous == 0 ? 0 : word_of(entry->previous, entry->hash);
        int same_hash = 0;
        uint64_t slot = (uint64_t)(((unsigned __int128)spread * capacity) >> 32);
        while (words[slot] != 0 && words[slot] != previous) {
            same_hash |= ((words[slot] ^ entry->hash) & 0xffff) == 0 && hashes[slot] == spread;
            slot = slot + 1 == capacity ? 0 : slot + 1;
        }
        if (words[slot] != 0) {
            replaced_by[entering->replaced++] = order[entering->next];
        } else if (same_hash) {
            return 1;
        } else {
            hashes[slot] = spread;
            entering->used++;
            entering->entered++;
        }
        words[slot] = word_of(entry->position, entry->hash);
        entering->lines += entry->lines_type & 0xffffffff;
    }
    return 0;
}
