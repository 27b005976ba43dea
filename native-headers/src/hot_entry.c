// SPDX-License-Identifier: Apache-2.0
//
// The hot functions that know a store's records. All that src/hot.c says holds for them. They are a file of their own as gcc 12
// fails on AArch64 (internal error in aarch64_layout_frame) when they are compiled in one with the others.
#include "hot.h"
#include <selkie/replay.h>

// seed_lines: seed | how many lines of the record may be read << 32. lengths: the key's | the bytes at `out` << 32.
SELKIE_HOT int64_t selkie_get(const void *record, uint64_t seed_lines, uint64_t position, const void *key, void *out,
                              uint64_t lengths) {
    return selkie_get_value(record, (seed_lines >> 32) * SELKIE_LINE_BYTES, position, (uint32_t)seed_lines,
                            (const unsigned char *)key, (uint32_t)lengths, (unsigned char *)out, lengths >> 32);
}

SELKIE_HOT int64_t selkie_match(const void *record, uint64_t limit, uint64_t position, const void *key, uint64_t key_bytes,
                                uint64_t forms) {
    return selkie_match_key(record, limit, position, (const unsigned char *)key, key_bytes, forms);
}

// Fetches lines of several records, so that their misses overlap. An address that is not mapped does nothing.
SELKIE_HOT int64_t selkie_prefetch(const uint64_t *addresses, uint64_t count, uint64_t lines) {
    for (uint64_t i = 0; i < count; i++) {
        const char *line = (const char *)addresses[i];
        for (uint64_t n = 0; n < lines; n++) {
            __builtin_prefetch(line + n * SELKIE_LINE_BYTES);
        }
    }
    return 0;
}

SELKIE_HOT int64_t selkie_replay_entries(const void *extent, volatile struct selkie_replay *replay,
                                         volatile struct selkie_told *told) {
    return selkie_replay_walk((const char *)extent, replay, told);
}
