// SPDX-License-Identifier: Apache-2.0
//
// Writing and checking records. Each function is one pass over the words of a record: load, checksum, store.
// They are inlined into src/hot.c and may be inlined into any C program that reads or writes a log.
#ifndef SELKIE_APPEND_H
#define SELKIE_APPEND_H

#include <selkie/format.h>
#include <selkie/persist.h>

typedef uint64_t __attribute__((may_alias, aligned(1))) selkie_word;
typedef uint32_t __attribute__((may_alias, aligned(1))) selkie_half;

// The last bytes of a payload after its whole words, `end` being where it ends, as a word; nothing outside of the payload
// is read. From a payload of a word or more, its last eight bytes are loaded and those already seen shifted out.
SELKIE_INLINE uint64_t selkie_tail_word(const unsigned char *end, uint64_t length) {
    const uint64_t bytes = length & 7;
    if (bytes == 0) {
        return 0;
    }
    if (length >= 8) {
        return *(const selkie_word *)(end - 8) >> (64 - 8 * bytes);
    }
    uint64_t word = 0;
    while (length != 0) {
        length--;
        end--;
        word = word << 8 | *(const volatile unsigned char *)end;
    }
    return word;
}

// How bytes are stored: a word, 16 bytes to a multiple of 16, a line to its beginning; `by_lines` says that nothing less than a
// line is. Constants at each use, so that each use has its own code.
struct selkie_stores {
    void (*word)(uint64_t *to, uint64_t word);
    void (*pair)(uint64_t *to, const void *from);
    void (*line)(uint64_t *to, const void *from);
    int by_lines;
};

#define SELKIE_STORES_NT ((struct selkie_stores){selkie_store_nt, selkie_store_pair_nt, selkie_store_line_nt, 0})
#define SELKIE_STORES_NT_512 ((struct selkie_stores){selkie_store_nt, selkie_store_pair_nt, selkie_store_line_nt_512, 1})
#define SELKIE_STORES_PLAIN                                                                                            \
    ((struct selkie_stores){selkie_store_plain, selkie_store_pair_plain, selkie_store_line_plain, 0})

SELKIE_INLINE uint64_t selkie_crc32c_words(uint64_t crc, const unsigned char *from, const int words) {
#pragma GCC unroll 8
    for (int i = 0; i < words; i++) {
        crc = selkie_crc32c_u64(crc, *(const selkie_word *)(from + 8 * i));
    }
    return crc;
}

// Stores what there is of whole lines, and returns the checksum carried on over them.
SELKIE_INLINE uint64_t selkie_store_lines(const struct selkie_stores stores, uint64_t **to, const unsigned char **from,
                                          const unsigned char *const end, uint64_t crc) {
    uint64_t *word = *to;
    const unsigned char *at = *from;
    while ((uint64_t)(end - at) >= SELKIE_LINE_BYTES) {
        stores.line(word, at);
        crc = selkie_crc32c_words(crc, at, 8);
        at += SELKIE_LINE_BYTES;
        word += 8;
    }
    *to = word;
    *from = at;
    return crc;
}

#if defined(__x86_64__)

SELKIE_INLINE uint64_t selkie_low_bits(uint64_t bits) { return ((uint64_t)1 << bits) - 1; }

// A record's first line and what its payload leaves of the others: each in one store.
SELKIE_INLINE void selkie_store_ends_512(uint64_t *to, uint64_t first, uint64_t position, uint64_t third,
                                         const unsigned char *payload, uint64_t length) {
    const uint64_t in_first =
        length < SELKIE_FIRST_LINE_PAYLOAD_BYTES ? length : SELKIE_FIRST_LINE_PAYLOAD_BYTES;
    const uint64_t bytes = selkie_record_bytes(length);
    const uint32_t lines = (uint32_t)(bytes / SELKIE_LINE_BYTES);
    const uint32_t last_half = 0x8000;
    if (lines > 1) {
        const uint64_t left = (length - in_first) % SELKIE_LINE_BYTES;
        const unsigned char *const from = payload + (length - left);
        uint64_t *const last = to + (bytes - SELKIE_LINE_BYTES) / 8;
        uint64_t mask = selkie_low_bits(left);
        if (left > SELKIE_LINE_BYTES - sizeof lines) {
            selkie_store_part_nt_512(last - SELKIE_LINE_BYTES / 8, from, mask, 0, 0);
            mask = 0;
        }
        selkie_store_part_nt_512(last, from, mask, lines, last_half);
    }
    selkie_store_first_line_nt_512(to, first, position, third, payload, selkie_low_bits(in_first), lines,
                                   lines > 1 ? 0 : last_half);
}

#else

SELKIE_INLINE void selkie_store_ends_512(uint64_t *to, uint64_t first, uint64_t position, uint64_t third,
                                         const unsigned char *payload, uint64_t length) {
    (void)to, (void)first, (void)position, (void)third, (void)payload, (void)length;
}

#endif

// The first line of a record that is longer, all at once: the checksum is known last, and a line that is stored in two goes,
// with others between, may leave the core half full, which costs as much as another fence
// (docs/decisions/0010-whole-lines-and-a-fence-that-ends.md).
SELKIE_INLINE void selkie_store_first_line(const struct selkie_stores stores, uint64_t *to, uint64_t first, uint64_t position,
                                           uint64_t third, const unsigned char *payload) {
#if defined(__x86_64__)
    if (stores.by_lines) {
        selkie_store_first_line_nt_512(to, first, position, third, payload, selkie_low_bits(SELKIE_FIRST_LINE_PAYLOAD_BYTES),
                                       0, 0);
        return;
    }
#endif
    stores.word(to, first);
    stores.word(to + 1, position);
    stores.word(to + 2, third);
    stores.word(to + 3, *(const selkie_word *)payload);
    stores.pair(to + 4, payload + 8);
    stores.pair(to + 6, payload + 24);
}

// Numbered as in docs/format.md, "Writing a record".
// third: lag | type << 24 | flags << 32.
SELKIE_INLINE uint64_t selkie_write_record(const struct selkie_stores stores, void *to, const void *payload,
                                           uint64_t length, uint64_t position, uint32_t seed, uint64_t third) {
    const unsigned char *from = (const unsigned char *)payload;
    const unsigned char *const end = from + (length & ~(uint64_t)7);
    const uint64_t bytes = selkie_record_bytes(length);
    uint64_t *const last = (uint64_t *)((char *)to + bytes) - 1;
    uint64_t crc = selkie_crc32c_u32(seed, (uint32_t)length);
    crc = selkie_crc32c_u64(crc, position);
    crc = selkie_crc32c_u64(crc, third);
    uint64_t *word = (uint64_t *)to + 3;
    const int fills_a_line = length >= SELKIE_FIRST_LINE_PAYLOAD_BYTES;
    if (fills_a_line) {
        crc = selkie_crc32c_words(crc, from, SELKIE_FIRST_LINE_PAYLOAD_BYTES / 8);
        word += SELKIE_FIRST_LINE_PAYLOAD_BYTES / 8;
        from += SELKIE_FIRST_LINE_PAYLOAD_BYTES;
    }
    crc = selkie_store_lines(stores, &word, &from, end, crc);
    // The rest in words, which are only summed where lines are stored whole.
    while (from != end) {
        const uint64_t whole = *(const selkie_word *)from;
        crc = selkie_crc32c_u64(crc, whole);
        if (!stores.by_lines) {
            stores.word(word, whole);
        }
        word++;
        from += 8;
    }
    uint64_t w = selkie_tail_word(from + (length & 7), length);
    while (word != last) {
        crc = selkie_crc32c_u64(crc, w);
        if (!stores.by_lines) {
            stores.word(word, w);
        }
        word++;
        w = 0;
    }
    w |= (bytes / SELKIE_LINE_BYTES) << 32;
    crc = selkie_crc32c_u64(crc, w);
    const uint64_t first = crc | length << 32;
    if (stores.by_lines) {
        selkie_store_ends_512((uint64_t *)to, first, position, third, (const unsigned char *)payload, length);
        return bytes;
    }
    stores.word(word, w);
    if (fills_a_line) {
        selkie_store_first_line(stores, (uint64_t *)to, first, position, third, (const unsigned char *)payload);
    } else {
        stores.word((uint64_t *)to + 2, third);
        stores.word((uint64_t *)to + 1, position);
        stores.word((uint64_t *)to, first);
    }
    return bytes;
}

// A batch: records that stand ready in DRAM (length, kind, payload, zeros, trailer), stamped there and copied in one pass.
// Returns the bytes written; less than `bytes` if a staged length does not fit, which only a bug can cause.
SELKIE_INLINE uint64_t selkie_write_batch(const struct selkie_stores stores, void *to, void *staged, uint64_t bytes,
                                          uint64_t position, uint32_t seed, uint32_t lag) {
    uint64_t *word = (uint64_t *)to;
    unsigned char *from = (unsigned char *)staged;
    const unsigned char *const end = from + bytes;
    while (from != end) {
        // Read again where it is wanted again: there are not registers enough to keep it.
        volatile uint64_t *const header = (volatile uint64_t *)from;
        const uint64_t record = selkie_record_bytes(header[0] >> 32);
        if (record > (uint64_t)(end - from)) {
            break;
        }
        const uint64_t far_bytes = (uint64_t)((char *)word - (char *)to);
        header[1] = position + far_bytes;
        // Every member proves what the first one proves, so its lag grows by its distance from the first: a member must
        // not vouch for those before it in the same batch, which are stored and fenced together with it.
        const uint64_t far = lag + far_bytes / SELKIE_LINE_BYTES;
        const uint64_t known = lag != SELKIE_LAG_UNKNOWN && far < SELKIE_LAG_UNKNOWN;
        header[2] = (header[2] & ~(uint64_t)SELKIE_LAG_UNKNOWN) | (known ? far : SELKIE_LAG_UNKNOWN);
        uint64_t crc = selkie_crc32c_u32(seed, (uint32_t)(header[0] >> 32));
        crc = selkie_crc32c_u64(crc, header[1]);
        crc = selkie_crc32c_u64(crc, header[2]);
        crc = selkie_crc32c_words(crc, from + SELKIE_RECORD_HEADER_BYTES, SELKIE_FIRST_LINE_PAYLOAD_BYTES / 8);
        uint64_t *first = word;
        word += SELKIE_LINE_BYTES / 8;
        const unsigned char *body = from + SELKIE_LINE_BYTES;
        crc = selkie_store_lines(stores, &word, &body, from + record, crc);
        selkie_store_first_line(stores, first, crc | (header[0] & 0xffffffff00000000ull), header[1], header[2],
                                from + SELKIE_RECORD_HEADER_BYTES);
        from += record;
    }
    return (uint64_t)((char *)word - (char *)to);
}

// What the check of a record answers below zero. FAULT: the memory is not there (truncated file, media error).
// A function whose fault src/guard.c caught may answer FAULT_AT instead, with the address that faulted in the lower bits.
#define SELKIE_FAULT (-1)
#define SELKIE_FAULT_AT INT64_MIN
#define SELKIE_ABSENT (-2)  // no record of this position begins here
#define SELKIE_CORRUPT (-3) // one does, and its length or checksum is wrong
#define SELKIE_UNKNOWN (-4) // it verifies, and its type or flags are of a newer version

// Checks the record at `record`, of which at most `limit` bytes may be read. Copies its header to `out` if that has room
// for one, and its payload behind it if that fits, too, and is no span's. Returns the payload's length or one of the answers above. `spent` grows by the bytes summed.
SELKIE_INLINE int64_t selkie_check_record(const void *record, uint64_t limit, uint64_t position, uint32_t seed,
                                          void *out, uint64_t out_bytes, uint64_t *spent) {
    const volatile uint64_t *word = (const volatile uint64_t *)record;
    if (limit < SELKIE_LINE_BYTES || word[1] != position) {
        return SELKIE_ABSENT;
    }
    const uint64_t first = word[0];
    const uint64_t third = word[2];
    const uint64_t length = first >> 32;
    const uint64_t bytes = selkie_record_bytes(length);
    if (bytes > limit) {
        return SELKIE_CORRUPT;
    }
    const uint32_t type = selkie_type_of(third);
    uint64_t crc = selkie_crc32c_u32(seed, (uint32_t)length);
    crc = selkie_crc32c_u64(crc, position);
    crc = selkie_crc32c_u64(crc, third);
    const int spans = type == SELKIE_RECORD_PAD || type == SELKIE_RECORD_GAP;
    const volatile uint64_t *const end = word + (spans ? SELKIE_LINE_BYTES : bytes) / 8;
    word += 3;
    selkie_word *to = (selkie_word *)out;
    if (out_bytes >= SELKIE_RECORD_HEADER_BYTES) {
        to[0] = first;
        to[1] = position;
        to[2] = third;
        to += 3;
    }
    if (!spans && SELKIE_RECORD_HEADER_BYTES + length <= out_bytes) {
        selkie_word *const whole = to + length / 8;
        while (to != whole) {
            const uint64_t w = *word++;
            crc = selkie_crc32c_u64(crc, w);
            *to++ = w;
        }
        uint64_t w = *word++;
        crc = selkie_crc32c_u64(crc, w);
        unsigned char *tail = (unsigned char *)to;
        unsigned char *const tail_end = tail + (length & 7);
        while (tail != tail_end) {
            *(volatile unsigned char *)tail = (unsigned char)w;
            tail++;
            w >>= 8;
        }
    }
    while (word != end) {
        crc = selkie_crc32c_u64(crc, *word++);
    }
    *spent += (uint64_t)((const char *)end - (const char *)record);
    if ((uint32_t)crc != (uint32_t)first) {
        return SELKIE_CORRUPT;
    }
    if (!selkie_is_known_type(type) || (third >> 32 & ~(uint64_t)SELKIE_RECORD_FLAGS) != 0) {
        return SELKIE_UNKNOWN;
    }
    return (int64_t)length;
}

#endif
