// SPDX-License-Identifier: Apache-2.0
//
// A store's records: read by key, in one pass over their words.
#ifndef SELKIE_ENTRY_H
#define SELKIE_ENTRY_H

#include <selkie/append.h>

#define SELKIE_OTHER_KEY (-7) // the record verifies, and its key is another one
#define SELKIE_NOT_PLAIN (-8) // unverified: this is no value, or one that expires, or its form is not possible

#define SELKIE_ENTRY_KEY_MASK 0x00ffffffu

// Carries a checksum on over the next word of a record, which is loaded once: what is summed is what is used.
#define SELKIE_NEXT_WORD(w)                                                                                            \
    do {                                                                                                               \
        (w) = *word++;                                                                                                 \
        crc = selkie_crc32c_u64(crc, (w));                                                                             \
    } while (0)

// Copies the value of the entry at `record` to `out` if it is that of the key. Of the record at most `limit` bytes are read,
// of the key `key_bytes`, and `out_bytes` may be written, also where the answer is CORRUPT or FAULT. Returns the value's
// length, which may be more than `out_bytes`: then nothing was copied, and the record was checked all the same.
//
// A key begins in the middle of a word, as what stands before it is 12, 20 or 28 bytes behind the header of 24.
SELKIE_INLINE int64_t selkie_get_value(const void *record, uint64_t limit, uint64_t position, uint32_t seed,
                                       const unsigned char *key, uint64_t key_bytes, unsigned char *out,
                                       uint64_t out_bytes) {
    const volatile uint64_t *word = (const volatile uint64_t *)record;
    if (limit < SELKIE_LINE_BYTES || word[1] != position) {
        return SELKIE_ABSENT;
    }
    const uint64_t first = word[0];
    const uint64_t third = word[2];
    const uint64_t bytes = selkie_record_bytes(first >> 32);
    if (bytes > limit) {
        return SELKIE_CORRUPT;
    }
    const volatile uint64_t *const end = word + bytes / 8;
    uint64_t crc = selkie_crc32c_u32(seed, (uint32_t)(first >> 32));
    crc = selkie_crc32c_u64(crc, position);
    crc = selkie_crc32c_u64(crc, third);
    crc = selkie_crc32c_u64(crc, word[3]);
    word += 4;
    uint64_t w;
    SELKIE_NEXT_WORD(w);
    uint64_t left = w & SELKIE_ENTRY_KEY_MASK;
    int64_t value = (int64_t)((first >> 32) - SELKIE_ENTRY_BYTES - left);
    const uint32_t moved = (uint32_t)w & ~SELKIE_ENTRY_KEY_MASK;
    if (moved != 0) {
        value -= 8;
    }
    if ((moved & ~SELKIE_ENTRY_MOVED) != 0 || value < 0 || left == 0 || selkie_type_of(third) != SELKIE_RECORD_PUT
        || (third >> 32 & ~(uint64_t)SELKIE_RECORD_FLAGS) != 0) {
        return SELKIE_NOT_PLAIN;
    }
    if (moved != 0) {
        SELKIE_NEXT_WORD(w);
    }
    uint64_t differs = left ^ key_bytes;
    if (differs == 0) {
        while (left >= 8) {
            const uint64_t low = w >> 32;
            SELKIE_NEXT_WORD(w);
            differs |= *(const selkie_word *)key ^ (low | w << 32);
            key += 8;
            left -= 8;
        }
        // From here on `w` is what is left of the word, `has` how many bytes of it are.
        uint64_t has = 4;
        w >>= 32;
        if (left >= 4) {
            differs |= *(const selkie_half *)key ^ (uint32_t)w;
            key += 4;
            left -= 4;
            SELKIE_NEXT_WORD(w);
            has = 8;
        }
        while (left != 0) {
            differs |= (w ^ *(const volatile unsigned char *)key) & 0xff;
            w >>= 8;
            key++;
            left--;
            has--;
        }
        if (differs == 0 && (uint64_t)value <= out_bytes) {
            left = (uint64_t)value;
            if (left >= 8) {
                *(volatile selkie_word *)out = w;
                out += has;
                left -= has;
                while (left >= 8) {
                    SELKIE_NEXT_WORD(w);
                    *(volatile selkie_word *)out = w;
                    out += 8;
                    left -= 8;
                }
                has = 0;
            }
            while (left != 0) {
                if (has == 0) {
                    SELKIE_NEXT_WORD(w);
                    has = 8;
                }
                *(volatile unsigned char *)out = (unsigned char)w;
                w >>= 8;
                out++;
                has--;
                left--;
            }
        }
    }
    while (word != end) {
        crc = selkie_crc32c_u64(crc, *word++);
    }
    if ((uint32_t)crc != (uint32_t)first) {
        return SELKIE_CORRUPT;
    }
    return differs != 0 ? SELKIE_OTHER_KEY : value;
}

// Whether the record at `record` says that it is a value of this key: who replaces it needs to know no more, and its first line
// is most often all that is read. `forms` are the bits that may stand in its form: who has to know whether there still is a value
// leaves out EXPIRES. Returns the record's bytes on media, or NOT_PLAIN: then only its checksum can tell.
SELKIE_INLINE int64_t selkie_match_key(const void *record, uint64_t limit, uint64_t position, const unsigned char *key,
                                       uint64_t key_bytes, uint64_t forms) {
    const volatile uint64_t *word = (const volatile uint64_t *)record;
    if (limit < SELKIE_LINE_BYTES || word[1] != position || selkie_type_of(word[2]) != SELKIE_RECORD_PUT) {
        return SELKIE_NOT_PLAIN;
    }
    const uint64_t length = word[0] >> 32;
    const uint64_t bytes = selkie_record_bytes(length);
    const uint32_t form = (uint32_t)word[4];
    uint64_t at = SELKIE_ENTRY_BYTES + ((form & SELKIE_ENTRY_EXPIRES) != 0 ? 8 : 0) + ((form & SELKIE_ENTRY_MOVED) != 0 ? 8 : 0);
    if (bytes > limit || (form & SELKIE_ENTRY_KEY_MASK) != key_bytes || at + key_bytes > length
        || (form & ~(SELKIE_ENTRY_KEY_MASK | forms)) != 0) {
        return SELKIE_NOT_PLAIN;
    }
    const volatile unsigned char *byte = (const volatile unsigned char *)record + SELKIE_RECORD_HEADER_BYTES + at;
    const volatile unsigned char *const end = byte + key_bytes;
    while (end - byte >= 8) {
        if (*(const volatile selkie_word *)byte != *(const selkie_word *)key) {
            return SELKIE_NOT_PLAIN;
        }
        byte += 8;
        key += 8;
    }
    while (byte != end) {
        if (*byte != *(const volatile unsigned char *)key) {
            return SELKIE_NOT_PLAIN;
        }
        byte++;
        key++;
    }
    return (int64_t)bytes;
}

#endif
