// SPDX-License-Identifier: Apache-2.0
//
// Every function that touches a mapping. They stand in a section of their own and are frameless leaves: no push, no call,
// no move of the stack pointer (the Makefile refuses the build otherwise). So src/guard.c can turn a SIGBUS at any of
// their instructions into a return of SELKIE_FAULT or SELKIE_FAULT_AT to their caller, and a truncated file or a media error
// does not kill the process. On x86-64 the callee-saved registers are taken from the compiler and the red zone is all the stack there is.
#include "hot.h"
#include <selkie/scan.h>

#define SELKIE_FLUSH(name, line)                                                                                       \
    SELKIE_HOT int64_t name(const char *from, uint64_t bytes) {                                                        \
        const char *at = (const char *)((uintptr_t)from & ~(uintptr_t)(SELKIE_LINE_BYTES - 1));                        \
        for (const char *end = from + bytes; at < end; at += SELKIE_LINE_BYTES) {                                      \
            line(at);                                                                                                  \
        }                                                                                                              \
        return 0;                                                                                                      \
    }

#if defined(__x86_64__)

#define SELKIE_CLEAN_NT(to, bytes) ((void)0)

SELKIE_FLUSH(selkie_flush_clwb, selkie_line_clwb)
SELKIE_FLUSH(selkie_flush_clflushopt, selkie_line_clflushopt)
SELKIE_FLUSH(selkie_flush_clflush, selkie_line_clflush)

#else

SELKIE_FLUSH(selkie_flush_cvap, selkie_line_cvap)
SELKIE_FLUSH(selkie_flush_cvac, selkie_line_cvac)

// Where stores are plain, the lines are cleaned after them: to the point of coherency (CVAC), or to the point of
// persistence where the processor has one (CVAP).
#define SELKIE_CLEAN_NT(to, bytes)                                                                                     \
    do {                                                                                                               \
        for (uint64_t done = 0; done < (bytes); done += SELKIE_LINE_BYTES) {                                           \
            selkie_line_cvac((const char *)(to) + done);                                                               \
        }                                                                                                              \
    } while (0)

#define SELKIE_CLEAN_CVAP(to, bytes)                                                                                   \
    do {                                                                                                               \
        for (uint64_t done = 0; done < (bytes); done += SELKIE_LINE_BYTES) {                                           \
            selkie_line_cvap((const char *)(to) + done);                                                               \
        }                                                                                                              \
    } while (0)

#endif

#define SELKIE_NO_CLEAN(to, bytes) ((void)0)
#define SELKIE_NO_FENCE() ((void)0)

// append: one record, without flags; batch: several, staged. range: length | offset in the payload << 32.
// stamp: seed | lag << 32 | type << 56. Few arguments, and all of
// 64 bits: what does not fit into registers the JVM stores around the call, and every store costs.
#define SELKIE_WRITERS(suffix, stores, clean, fence)                                                                   \
    SELKIE_HOT int64_t selkie_append_##suffix(void *to, const void *payload, uint64_t range, uint64_t position,        \
                                              uint64_t stamp) {                                                        \
        const uint64_t bytes = selkie_write_record(stores, to, (const char *)payload + (range >> 32), (uint32_t)range, \
                                                   position, (uint32_t)stamp, stamp >> 32);                            \
        clean(to, bytes);                                                                                              \
        fence();                                                                                                       \
        return (int64_t)bytes;                                                                                         \
    }                                                                                                                  \
    SELKIE_HOT int64_t selkie_batch_##suffix(void *to, void *staged, uint64_t bytes, uint64_t position,                \
                                             uint64_t stamp) {                                                         \
        const uint64_t written =                                                                                       \
            selkie_write_batch(stores, to, staged, bytes, position, (uint32_t)stamp, (uint32_t)(stamp >> 32));         \
        clean(to, written);                                                                                            \
        fence();                                                                                                       \
        return (int64_t)written;                                                                                       \
    }                                                                                                                  \
    SELKIE_HOT int64_t selkie_copy_##suffix(void *to, const void *from, uint64_t bytes) {                              \
        const selkie_word *word = (const selkie_word *)from;                                                           \
        for (uint64_t i = 0; i < bytes / 8; i++) {                                                                     \
            stores.word((uint64_t *)to + i, word[i]);                                                                  \
        }                                                                                                              \
        clean(to, bytes);                                                                                              \
        fence();                                                                                                       \
        return (int64_t)bytes;                                                                                         \
    }

// CACHE_LINE: non-temporal stores and the fence. BYTE (caches are in the persistence domain): plain stores and the fence.
// PAGE: plain stores; msync does the rest.
SELKIE_WRITERS(cache_line, SELKIE_STORES_NT, SELKIE_CLEAN_NT, selkie_fence_inline)
#if defined(__x86_64__)
SELKIE_WRITERS(cache_line_512, SELKIE_STORES_NT_512, SELKIE_CLEAN_NT, selkie_fence_inline)
#endif
#if defined(__aarch64__)
SELKIE_WRITERS(cache_line_cvap, SELKIE_STORES_NT, SELKIE_CLEAN_CVAP, selkie_fence_inline)
#endif
SELKIE_WRITERS(byte, SELKIE_STORES_PLAIN, SELKIE_NO_CLEAN, selkie_fence_inline)
SELKIE_WRITERS(page, SELKIE_STORES_PLAIN, SELKIE_NO_CLEAN, SELKIE_NO_FENCE)

SELKIE_HOT int64_t selkie_fence(void) {
    selkie_fence_inline();
    return 0;
}

SELKIE_HOT int64_t selkie_read_record(const void *record, uint64_t limit, uint64_t position, uint64_t seed, void *out,
                                      uint64_t out_bytes) {
    uint64_t spent = 0;
    return selkie_check_record(record, limit, position, (uint32_t)seed, out, out_bytes, &spent);
}

SELKIE_HOT int64_t selkie_scan_records(const void *extent, volatile struct selkie_scan *scan) {
    return selkie_scan_walk((const char *)extent, scan);
}

SELKIE_HOT int64_t selkie_search_record(const void *extent, volatile struct selkie_scan *scan, uint64_t budget) {
    return selkie_scan_search((const char *)extent, scan, budget);
}

// Out of a mapping, byte by byte where it must; the destination is the caller's own memory.
SELKIE_HOT int64_t selkie_copy_out(void *to, const void *from, uint64_t bytes) {
    const volatile unsigned char *source = (const volatile unsigned char *)from;
    uint64_t i = 0;
    for (; i + 8 <= bytes; i += 8) {
        ((selkie_word *)to)[i / 8] = *(const volatile selkie_word *)(source + i);
    }
    for (; i < bytes; i++) {
        ((volatile unsigned char *)to)[i] = source[i];
    }
    return (int64_t)bytes;
}

// The last four bytes before `offset`, the length in lines of the record that ends there. Not verified: a hint.
SELKIE_HOT int64_t selkie_load_u32(const void *from) { return *(const volatile uint32_t *)from; }

SELKIE_HOT int64_t selkie_crc32c(const void *from, uint64_t bytes, uint32_t seed) {
    uint64_t crc = seed;
    const unsigned char *at = (const unsigned char *)from;
    for (uint64_t i = 0; i < bytes / 4; i++) {
        crc = selkie_crc32c_u32(crc, ((const selkie_half *)at)[i]);
    }
    return (int64_t)crc;
}
