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
#define PUT ((uint64_t)SELKIE_RECORD_PUT << 24)

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

// Which key comes next; Draw.java has the same.
static uint64_t next_key(uint64_t *state, uint64_t keys) {
    uint64_t x = *state;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    *state = x;
    return (uint64_t)(((unsigned __int128)x * keys) >> 64);
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

CEILING int64_t ceiling_kv_close(struct store *store) {
    for (int i = 0; i < STRIPES; i++) {
        free(store->stripes[i].words);
        free(store->stripes[i].hashes);
    }
    free(store);
    return 0;
}

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
            if (length != SELKIE_OTHER_KEY) {
                return length;
            }
        }
    }
}

// So many gets of keys drawn. Returns the sum of the values' lengths, or a number below zero if one was not there.
CEILING int64_t ceiling_kv_gets(struct store *store, uint64_t *state, uint64_t keys, uint64_t count, char *out,
                                uint64_t out_bytes) {
    int64_t sum = 0;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t key[2];
        key_of(next_key(state, keys), key);
        const int64_t length = get(store, key, hash_of(key), out, out_bytes);
        if (length < 0) {
            return length;
        }
        sum += length;
    }
    return sum;
}

// The same in groups whose misses overlap. `out` has room for 16 values.
CEILING int64_t ceiling_kv_multi_gets(struct store *store, uint64_t *state, uint64_t keys, uint64_t count, char *out,
                                      uint64_t out_bytes) {
    int64_t sum = 0;
    for (uint64_t done = 0; done + 16 <= count; done += 16) {
        uint64_t key[16][2];
        uint64_t hashes[16];
        for (int i = 0; i < 16; i++) {
            key_of(next_key(state, keys), key[i]);
            hashes[i] = hash_of(key[i]);
            struct stripe *stripe = &store->stripes[hashes[i] >> 56];
            __builtin_prefetch(&stripe->words[start_of(stripe, hashes[i])]);
        }
        for (int i = 0; i < 16; i++) {
            struct stripe *stripe = &store->stripes[hashes[i] >> 56];
            const uint64_t word = stripe->words[start_of(stripe, hashes[i])];
            for (int line = 0; line < 4; line++) {
                __builtin_prefetch(store->log + (word >> 16 << 6) + line * SELKIE_LINE_BYTES);
            }
        }
        for (int i = 0; i < 16; i++) {
            const int64_t length = get(store, key[i], hashes[i], out + (uint64_t)i * out_bytes, out_bytes);
            if (length < 0) {
                return length;
            }
            sum += length;
        }
    }
    return sum;
}

// Whether the record at a position is that of a key. Its checksum is looked at when it is read.
static int is_key_at(const struct store *store, uint64_t position, const uint64_t *key) {
    return memcmp(store->log + position + SELKIE_RECORD_HEADER_BYTES + SELKIE_ENTRY_BYTES, key, KEY_BYTES) == 0;
}

#define CEILING_PUT(suffix, stores)                                                                                    \
    static int64_t put##suffix(struct store *store, const uint64_t *key, const char *value, uint64_t length,           \
                               char *staged) {                                                                         \
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
            selkie_write_record(stores, store->log + position, staged, payload, position, SEED, PUT);                  \
            selkie_fence_inline();                                                                                     \
            bench_delay((int64_t)bytes);                                                                               \
            stripe->hashes[slot] = (uint32_t)(hash >> 16);                                                             \
            __atomic_store_n(&stripe->words[slot], position >> 6 << 16 | (hash & 0xffff), __ATOMIC_RELEASE);           \
            done = 0;                                                                                                  \
        }                                                                                                              \
        __atomic_store_n(&stripe->lock, 0, __ATOMIC_RELEASE);                                                          \
        return done;                                                                                                   \
    }

CEILING_PUT(_plain_width, SELKIE_STORES_NT)
#if defined(__x86_64__)
CEILING_PUT(_512, SELKIE_STORES_NT_512)
#define WIDEST_PUT (HAS_512 ? put_512 : put_plain_width)
#else
#define WIDEST_PUT put_plain_width
#endif

// Puts keys from..to, in order. Returns 0, or -1 where the log is full or there is no memory.
CEILING int64_t ceiling_kv_fill(struct store *store, uint64_t from, uint64_t to, const char *value, uint64_t length) {
    char *staged = malloc(length + 64);
    int64_t done = staged == NULL ? -1 : 0;
    for (uint64_t number = from; number < to && done == 0; number++) {
        uint64_t key[2];
        key_of(number, key);
        done = WIDEST_PUT(store, key, value, length, staged);
    }
    free(staged);
    return done;
}

// So many puts of keys drawn. Returns 0, or -1 where the log is full or there is no memory.
CEILING int64_t ceiling_kv_puts(struct store *store, uint64_t *state, uint64_t keys, uint64_t count, const char *value,
                                uint64_t length) {
    char *staged = malloc(length + 64);
    int64_t done = staged == NULL ? -1 : 0;
    for (uint64_t i = 0; i < count && done == 0; i++) {
        uint64_t key[2];
        key_of(next_key(state, keys), key);
        done = WIDEST_PUT(store, key, value, length, staged);
    }
    free(staged);
    return done;
}
