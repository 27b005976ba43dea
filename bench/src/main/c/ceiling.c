// SPDX-License-Identifier: Apache-2.0
//
// The ceiling: the engine's own append (native-headers/include/selkie/append.h) in a C loop, with no Java around it and no
// restriction on registers. The loop is what a log does at the least: claim the place, write, checksum, fence.
#include "bench.h"
#include <string.h>

static const uint32_t SEED = 0x5e1c1e;
#define THIRD ((uint64_t)SELKIE_RECORD_DATA << 24)

// The message is copied in from behind the payload, as a program puts one into its buffer; the JVM has the same copy.
static void touch(unsigned char *payload, uint64_t length) { memcpy(payload, payload + length, length); }

// What a program in C does that gets the records of a batch one by one: it copies each, with its length, type and flags, to where
// the batch stands until it is written.
__attribute__((noinline)) static void fill(char *staged, uint64_t staged_bytes, const unsigned char *payload, uint64_t length) {
    const uint64_t bytes = selkie_record_bytes(length);
    for (uint64_t at = 0; at < staged_bytes; at += bytes) {
        char *const record = staged + at;
        const uint64_t flags = (at > 0 ? (uint64_t)SELKIE_RECORD_CONTINUES : 0) |
                               (at + bytes < staged_bytes ? (uint64_t)SELKIE_RECORD_MORE : 0);
        *(selkie_word *)record = length << 32;
        *(selkie_word *)(record + 16) = THIRD | flags << 32;
        for (uint64_t word = (SELKIE_RECORD_HEADER_BYTES + length) & ~(uint64_t)7; word < bytes - 8; word += 8) {
            *(selkie_word *)(record + word) = 0;
        }
        *(selkie_word *)(record + bytes - 8) = bytes / SELKIE_LINE_BYTES << 32;
        memcpy(record + SELKIE_RECORD_HEADER_BYTES, payload, length);
    }
}

// Both loops, and the batches, for each way to store: the engine takes the widest that the processor has.
#define CEILING_LOOPS(suffix, stores)                                                                                  \
    static int64_t alone##suffix(char *ring, uint64_t ring_bytes, unsigned char *payload, uint64_t length,             \
                                 uint64_t appends, uint64_t *tail, uint64_t touched) {                                 \
        const uint64_t bytes = selkie_record_bytes(length);                                                            \
        uint64_t position = *tail;                                                                                     \
        for (uint64_t i = 0; i < appends; i++) {                                                                       \
            if (touched) {                                                                                             \
                touch(payload, length);                                                                                \
            }                                                                                                          \
            selkie_write_record(stores, ring + (position & (ring_bytes - 1)), payload, length, position, SEED, THIRD); \
            selkie_fence_inline();                                                                                     \
            bench_delay((int64_t)bytes);                                                                               \
            position += bytes;                                                                                         \
        }                                                                                                              \
        *tail = position;                                                                                              \
        return (int64_t)position;                                                                                      \
    }                                                                                                                  \
    static int64_t shared##suffix(char *ring, uint64_t ring_bytes, unsigned char *payload, uint64_t length,            \
                                  uint64_t appends, uint64_t *tail, uint64_t touched) {                                \
        const uint64_t bytes = selkie_record_bytes(length);                                                            \
        uint64_t position = 0;                                                                                         \
        for (uint64_t i = 0; i < appends; i++) {                                                                       \
            if (touched) {                                                                                             \
                touch(payload, length);                                                                                \
            }                                                                                                          \
            position = __atomic_fetch_add(tail, bytes, __ATOMIC_ACQ_REL);                                              \
            selkie_write_record(stores, ring + (position & (ring_bytes - 1)), payload, length, position, SEED, THIRD); \
            selkie_fence_inline();                                                                                     \
            bench_delay((int64_t)bytes);                                                                               \
        }                                                                                                              \
        return (int64_t)position;                                                                                      \
    }                                                                                                                  \
    static int64_t batches##suffix(char *ring, uint64_t ring_bytes, char *staged, uint64_t staged_bytes,               \
                                   uint64_t batches, uint64_t *tail, const unsigned char *payload, uint64_t length) {  \
        uint64_t position = *tail;                                                                                     \
        for (uint64_t i = 0; i < batches; i++) {                                                                       \
            if (payload != 0) {                                                                                        \
                fill(staged, staged_bytes, payload, length);                                                           \
            }                                                                                                          \
            selkie_write_batch(stores, ring + (position & (ring_bytes - 1)), staged, staged_bytes, position, SEED, 0); \
            selkie_fence_inline();                                                                                     \
            bench_delay((int64_t)staged_bytes);                                                                        \
            position += staged_bytes;                                                                                  \
        }                                                                                                              \
        *tail = position;                                                                                              \
        return (int64_t)position;                                                                                      \
    }

CEILING_LOOPS(_plain_width, SELKIE_STORES_NT)
#if defined(__x86_64__)
CEILING_LOOPS(_512, SELKIE_STORES_NT_512)
#define WIDEST(loop) (HAS_512 ? loop##_512 : loop##_plain_width)
#else
#define WIDEST(loop) loop##_plain_width
#endif

// `ring_bytes` is a power of two; the region behind `ring` has room for one record more.
CEILING int64_t ceiling_append_alone(char *ring, uint64_t ring_bytes, unsigned char *payload, uint64_t length,
                                     uint64_t appends, uint64_t *tail, uint64_t touched) {
    return WIDEST(alone)(ring, ring_bytes, payload, length, appends, tail, touched);
}

CEILING int64_t ceiling_append_shared(char *ring, uint64_t ring_bytes, unsigned char *payload, uint64_t length,
                                      uint64_t appends, uint64_t *tail, uint64_t touched) {
    return WIDEST(shared)(ring, ring_bytes, payload, length, appends, tail, touched);
}

// Batches of records, one fence each. They stand staged, or, where there is a payload, are staged each time.
CEILING int64_t ceiling_batch(char *ring, uint64_t ring_bytes, char *staged, uint64_t staged_bytes, uint64_t batches,
                              uint64_t *tail, const unsigned char *payload, uint64_t length) {
    return WIDEST(batches)(ring, ring_bytes, staged, staged_bytes, batches, tail, payload, length);
}

// Appends one by one with the clock read between them: `nanos` gets each one's time, the reading of the clock included.
CEILING int64_t ceiling_append_timed(char *ring, uint64_t ring_bytes, unsigned char *payload, uint64_t length,
                                     uint64_t appends, uint64_t *tail, uint64_t shared, int64_t *nanos) {
    int64_t before = bench_now();
    for (uint64_t i = 0; i < appends; i++) {
        if (shared) {
            ceiling_append_shared(ring, ring_bytes, payload, length, 1, tail, 0);
        } else {
            ceiling_append_alone(ring, ring_bytes, payload, length, 1, tail, 0);
        }
        const int64_t now = bench_now();
        nanos[i] = now - before;
        before = now;
    }
    return (int64_t)*tail;
}
