// SPDX-License-Identifier: Apache-2.0
//
// The ceiling of the key-value store: the same design in C, and no more than it takes. An index in DRAM of words (position and
// 16 bits of hash) with 32 bits of hash beside them, records that verify on the medium, a lock for each of 256 parts of the
// index that writers take and readers do not. It never gives space back.
#include "bench.h"
#include <selkie/entry.h>
#include <stdlib.h>
#include <string.h>

#define KEY_BYTES 16
#define STRIPES 256
#define SEED 0x5e1c1eu
#define STAMP(type) ((uint64_t)(type) << 24)
#define GROUP 16

struct stripe {
    uint64_t *words;
    uint32_t *hashes;
    uint64_t capacity;
    volatile uint32_t lock;
    char apart[36];
};

struct store {
    struct stripe stripes[STRIPES];
    char *log;
    uint64_t log_bytes;
    uint64_t tail __attribute__((aligned(128)));
};

static uint64_t fold(uint64_t a, uint64_t b) {
    const unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

// KeyHash of the engine for a key of 16 bytes.
static uint64_t hash_of(const uint64_t *key) {
    const uint64_t first = 0xa0761d6478bd642full;
    const uint64_t second = 0xe7037ed1a0b428dbull;
    uint64_t hash = SEED ^ first;
    hash = fold(key[0] ^ second, hash);
    hash = fold(key[1] ^ second, hash);
    hash = fold(second, hash ^ KEY_BYTES);
    return fold(hash ^ first, hash ^ SEED ^ second);
}

static uint64_t start_of(const struct stripe *stripe, uint64_t hash) {
    return ((uint64_t)(uint32_t)(hash >> 16) * stripe->capacity) >> 32;
}

static void key_of(uint64_t number, uint64_t *key) {
    key[0] = 0;
    key[1] = __builtin_bswap64(number);
}

// Operations as Trace.java packs them: kind, length of a scan, key.
enum { READ, UPDATE, INSERT, READ_MODIFY_WRITE, DELETE };

static uint64_t kind_of(uint64_t operation) {
    return operation >> 60;
}

static uint64_t number_of(uint64_t operation) {
    return operation & 0xffffffffffffu;
}

// `keys` at the most. Returns 0 where there is no memory.
CEILING struct store *ceiling_kv_open(char *log, uint64_t log_bytes, uint64_t keys) {
    struct store *store = aligned_alloc(128, sizeof *store);
    if (store == NULL) {
        return NULL;
    }
    memset(store, 0, sizeof *store);
    store->log = log;
    store->log_bytes = log_bytes;
    store->tail = SELKIE_LINE_BYTES;
    for (int i = 0; i < STRIPES; i++) {
        // Two thirds full, in the middle of what the engine's index is.
        store->stripes[i].capacity = keys / STRIPES * 3 / 2 + 512;
        store->stripes[i].words = calloc(store->stripes[i].capacity, sizeof(uint64_t));
        store->stripes[i].hashes = calloc(store->stripes[i].capacity, sizeof(uint32_t));
        if (store->stripes[i].words == NULL || store->stripes[i].hashes == NULL) {
            return NULL;
        }
    }
    return store;
}

// Forgets everything, so that the log is free again. Nobody else calls meanwhile.
CEILING int64_t ceiling_kv_clear(struct store *store) {
    for (int i = 0; i < STRIPES; i++) {
        memset(store->stripes[i].words, 0, store->stripes[i].capacity * sizeof(uint64_t));
    }
    store->tail = SELKIE_LINE_BYTES;
    return 0;
}

// How many bytes of the log are free.
CEILING int64_t ceiling_kv_free_bytes(struct store *store) {
    return (int64_t)(store->log_bytes - store->tail);
}

CEILING int64_t ceiling_kv_close(struct store *store) {
    for (int i = 0; i < STRIPES; i++) {
        free(store->stripes[i].words);
        free(store->stripes[i].hashes);
    }
    free(store);
    return 0;
}

// Whether the record at a position is that of a key. Its checksum is looked at when it is read.
static int is_key_at(const struct store *store, uint64_t position, const uint64_t *key) {
    return memcmp(store->log + position + SELKIE_RECORD_HEADER_BYTES + SELKIE_ENTRY_BYTES, key, KEY_BYTES) == 0;
}

// The value's length, or a number below zero if there is none.
static int64_t get(struct store *store, const uint64_t *key, uint64_t hash, char *out, uint64_t out_bytes) {
    struct stripe *stripe = &store->stripes[hash >> 56];
    for (uint64_t slot = start_of(stripe, hash);; slot = slot + 1 == stripe->capacity ? 0 : slot + 1) {
        const uint64_t word = __atomic_load_n(&stripe->words[slot], __ATOMIC_ACQUIRE);
        if (word == 0) {
            return -1;
        }
        if (((word ^ hash) & 0xffff) == 0) {
            const uint64_t position = word >> 16 << 6;
            const int64_t length = selkie_get_value(store->log + position, store->log_bytes - position, position, SEED,
                                                    (const unsigned char *)key, KEY_BYTES, (unsigned char *)out, out_bytes);
            // What is deleted keeps its place in the index, which leads to the record that says so.
            const int others = length == SELKIE_OTHER_KEY || (length == SELKIE_NOT_PLAIN && !is_key_at(store, position, key));
            if (!others) {
                return length;
            }
        }
    }
}

// Values begin with the number of their key.
static int is_value_of(uint64_t number, int64_t length, const char *value, uint64_t value_bytes) {
    return length == (int64_t)value_bytes && memcmp(value, &number, sizeof number) == 0;
}

// So many gets in groups whose misses overlap. `out` has room for as many values as a group has. Returns 0, or -1 if a key was
// not there or had another key's value.
CEILING int64_t ceiling_kv_multi_gets(struct store *store, const uint64_t *operations, uint64_t count, char *out,
                                      uint64_t value_bytes) {
    for (uint64_t done = 0; done + GROUP <= count; done += GROUP) {
        uint64_t key[GROUP][2];
        uint64_t hashes[GROUP];
        for (int i = 0; i < GROUP; i++) {
            key_of(number_of(operations[done + i]), key[i]);
            hashes[i] = hash_of(key[i]);
            struct stripe *stripe = &store->stripes[hashes[i] >> 56];
            __builtin_prefetch(&stripe->words[start_of(stripe, hashes[i])]);
        }
        for (int i = 0; i < GROUP; i++) {
            struct stripe *stripe = &store->stripes[hashes[i] >> 56];
            const uint64_t word = stripe->words[start_of(stripe, hashes[i])];
            for (int line = 0; line < 4; line++) {
                __builtin_prefetch(store->log + (word >> 16 << 6) + line * SELKIE_LINE_BYTES);
            }
        }
        for (int i = 0; i < GROUP; i++) {
            char *value = out + (uint64_t)i * value_bytes;
            const int64_t length = get(store, key[i], hashes[i], value, value_bytes);
            if (!is_value_of(number_of(operations[done + i]), length, value, value_bytes)) {
                return -1;
            }
        }
    }
    return 0;
}

// Writes a record of a key, with a value where it is no deletion. Returns 0, or -1 where the log is full.
#define CEILING_WRITE(suffix, stores)                                                                                  \
    static int64_t write##suffix(struct store *store, const uint64_t *key, uint64_t type, const char *value,           \
                                 uint64_t length, char *staged) {                                                      \
        const uint64_t hash = hash_of(key);                                                                            \
        struct stripe *stripe = &store->stripes[hash >> 56];                                                           \
        while (__atomic_exchange_n(&stripe->lock, 1, __ATOMIC_ACQUIRE)) {                                              \
        }                                                                                                              \
        uint64_t slot = start_of(stripe, hash);                                                                        \
        for (;; slot = slot + 1 == stripe->capacity ? 0 : slot + 1) {                                                  \
            const uint64_t word = stripe->words[slot];                                                                 \
            if (word == 0 || (((word ^ hash) & 0xffff) == 0 && stripe->hashes[slot] == (uint32_t)(hash >> 16)          \
                              && is_key_at(store, word >> 16 << 6, key))) {                                            \
                break;                                                                                                 \
            }                                                                                                          \
        }                                                                                                              \
        const uint64_t previous = stripe->words[slot] >> 16 << 6;                                                      \
        const uint32_t form = KEY_BYTES;                                                                               \
        memcpy(staged, &previous, sizeof previous);                                                                    \
        memcpy(staged + 8, &form, sizeof form);                                                                        \
        memcpy(staged + SELKIE_ENTRY_BYTES, key, KEY_BYTES);                                                           \
        memcpy(staged + SELKIE_ENTRY_BYTES + KEY_BYTES, value, length);                                                \
        const uint64_t payload = SELKIE_ENTRY_BYTES + KEY_BYTES + length;                                              \
        const uint64_t bytes = selkie_record_bytes(payload);                                                           \
        const uint64_t position = __atomic_fetch_add(&store->tail, bytes, __ATOMIC_ACQ_REL);                           \
        int64_t done = -1;                                                                                             \
        if (position + bytes <= store->log_bytes) {                                                                    \
            selkie_write_record(stores, store->log + position, staged, payload, position, SEED, STAMP(type));          \
            selkie_fence_inline();                                                                                     \
            bench_delay((int64_t)bytes);                                                                               \
            stripe->hashes[slot] = (uint32_t)(hash >> 16);                                                             \
            __atomic_store_n(&stripe->words[slot], position >> 6 << 16 | (hash & 0xffff), __ATOMIC_RELEASE);           \
            done = 0;                                                                                                  \
        }                                                                                                              \
        __atomic_store_n(&stripe->lock, 0, __ATOMIC_RELEASE);                                                          \
        return done;                                                                                                   \
    }

CEILING_WRITE(_plain_width, SELKIE_STORES_NT)
#if defined(__x86_64__)
CEILING_WRITE(_512, SELKIE_STORES_NT_512)
#define WIDEST_WRITE (HAS_512 ? write_512 : write_plain_width)
#else
#define WIDEST_WRITE write_plain_width
#endif

// What a thread works with: a value to put, room for one that is read, and for a record.
struct buffers {
    char *out;
    char *in;
    char *staged;
    uint64_t value_bytes;
};

static int64_t carry_out(struct store *store, uint64_t operation, const struct buffers *buffers) {
    const uint64_t kind = kind_of(operation);
    const uint64_t number = number_of(operation);
    uint64_t key[2];
    key_of(number, key);
    if (kind == READ || kind == READ_MODIFY_WRITE) {
        const int64_t length = get(store, key, hash_of(key), buffers->in, buffers->value_bytes);
        if (!is_value_of(number, length, buffers->in, buffers->value_bytes)) {
            return -1;
        }
        if (kind == READ) {
            return 0;
        }
    }
    if (kind == DELETE) {
        return WIDEST_WRITE(store, key, SELKIE_RECORD_DELETE, buffers->out, 0, buffers->staged);
    }
    if (kind > DELETE) {
        return -1;
    }
    memcpy(buffers->out, &number, sizeof number);
    return WIDEST_WRITE(store, key, SELKIE_RECORD_PUT, buffers->out, buffers->value_bytes, buffers->staged);
}

// Carries out so many operations. `space` has room for two values, each of 8 bytes or more, and one record; `nanos`, where it is
// not NULL, gets each one's time, the reading of the clock included. Returns 0, or -1 where the log is full, a key was not there
// or had another key's value, or the operation is none that this store has.
CEILING int64_t ceiling_kv_run(struct store *store, const uint64_t *operations, uint64_t count, char *space,
                               uint64_t value_bytes, int64_t *nanos) {
    const struct buffers buffers = {space, space + value_bytes, space + 2 * value_bytes, value_bytes};
    int64_t before = nanos == NULL ? 0 : bench_now();
    for (uint64_t i = 0; i < count; i++) {
        const int64_t done = carry_out(store, operations[i], &buffers);
        if (done != 0) {
            return done;
        }
        if (nanos != NULL) {
            const int64_t now = bench_now();
            nanos[i] = now - before;
            before = now;
        }
    }
    return 0;
}
