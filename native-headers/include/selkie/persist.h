// SPDX-License-Identifier: Apache-2.0
//
// Persistence primitives: persist = flush + fence. Sources: Intel SDM vol. 2 (CLWB, CLFLUSHOPT, CLFLUSH, MOVNTI, SFENCE,
// CRC32), Arm ARM DDI 0487 (DC CVAP, DC CVAC, DSB, CRC32CX), libpmem2's granularity ladder.
#ifndef SELKIE_PERSIST_H
#define SELKIE_PERSIST_H

#include <stdint.h>
#if defined(__x86_64__)
#include <emmintrin.h>
#endif

#define SELKIE_INLINE static inline __attribute__((always_inline))

#if defined(__x86_64__)

// Whatever this core stores after it is seen by others only after the flushes and non-temporal stores before it have been
// accepted by the persistence domain. The LFENCE keeps the core from fetching the line of the next atomic instruction ahead
// and holding it until the SFENCE is through, which made two threads that share one as slow as one
// (docs/decisions/0010-whole-lines-and-a-fence-that-ends.md).
SELKIE_INLINE void selkie_fence_inline(void) { __asm__ volatile("sfence\n\tlfence" ::: "memory"); }

SELKIE_INLINE void selkie_store_nt(uint64_t *to, uint64_t word) {
    __asm__ volatile("movnti %1, %0" : "=m"(*to) : "r"(word));
}
// To an address that is a multiple of 16. One store rather than two: the store queue is what an append of a kilobyte waits
// for, and every other store of the caller with it (docs/decisions/0005-the-call-around-the-fence.md).
SELKIE_INLINE void selkie_store_pair_nt(uint64_t *to, const void *from) {
    _mm_stream_si128((__m128i *)to, _mm_loadu_si128((const __m128i *)from));
}
// A whole line, to its beginning.
SELKIE_INLINE void selkie_store_line_nt(uint64_t *to, const void *from) {
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        selkie_store_pair_nt(to + 2 * i, (const char *)from + 16 * i);
    }
}
// With AVX-512 a line is one store: nothing can part it, and the next record fits into the store queue behind the fence of this
// one. Registers from 16 on need no VZEROUPPER, and the compiler, not built for AVX-512, uses neither them nor the masks.
SELKIE_INLINE void selkie_store_line_nt_512(uint64_t *to, const void *from) {
    __asm__ volatile("vmovdqu64 (%1), %%zmm16\n\tvmovntdq %%zmm16, (%0)" : : "r"(to), "r"(from) : "memory");
}
// A record's first line: three words, then the bytes of `payload` that `bytes_mask` has, at most 40, then zeros. Where
// `lines_mask` is 0x8000 rather than 0, `lines` is in the last four bytes. Bytes that a mask leaves out are not read.
SELKIE_INLINE void selkie_store_first_line_nt_512(uint64_t *to, uint64_t first, uint64_t second, uint64_t third,
                                                  const void *payload, uint64_t bytes_mask, uint32_t lines,
                                                  uint32_t lines_mask) {
    __asm__ volatile("kmovq %[bytes], %%k1\n\t"
                     "vmovdqu8 (%[payload]), %%zmm17%{%%k1%}%{z%}\n\t"
                     "kmovd %[words], %%k1\n\t"
                     "vmovq %[first], %%xmm16\n\t"
                     "vpinsrq $1, %[second], %%xmm16, %%xmm16\n\t"
                     "vmovq %[third], %%xmm18\n\t"
                     "vinserti32x4 $1, %%xmm18, %%zmm16, %%zmm16\n\t"
                     "valignq $5, %%zmm17, %%zmm17, %%zmm16%{%%k1%}\n\t" // the payload, three words up
                     "kmovd %[last], %%k1\n\t"
                     "vpbroadcastd %[lines], %%zmm16%{%%k1%}\n\t"
                     "vmovntdq %%zmm16, (%[to])"
                     :
                     : [to] "r"(to), [first] "r"(first), [second] "r"(second), [third] "r"(third),
                       [payload] "r"(payload), [bytes] "r"(bytes_mask), [words] "r"(0xf8), [lines] "r"(lines),
                       [last] "r"(lines_mask)
                     : "memory");
}
// Any other line: the bytes of `from` that the mask has, then zeros, and `lines` as above.
SELKIE_INLINE void selkie_store_part_nt_512(uint64_t *to, const void *from, uint64_t bytes_mask, uint32_t lines,
                                            uint32_t lines_mask) {
    __asm__ volatile("kmovq %[bytes], %%k1\n\t"
                     "vmovdqu8 (%[from]), %%zmm16%{%%k1%}%{z%}\n\t"
                     "kmovd %[last], %%k1\n\t"
                     "vpbroadcastd %[lines], %%zmm16%{%%k1%}\n\t"
                     "vmovntdq %%zmm16, (%[to])"
                     :
                     : [to] "r"(to), [from] "r"(from), [bytes] "r"(bytes_mask), [lines] "r"(lines),
                       [last] "r"(lines_mask)
                     : "memory");
}
// A checksum is carried in 64 bits, the upper half zero: the instruction wants it so, and a narrowing between two steps
// would lengthen the chain of dependent instructions that the speed of a record rests on.
SELKIE_INLINE uint64_t selkie_crc32c_u64(uint64_t crc, uint64_t word) {
    __asm__("crc32q %1, %0" : "+r"(crc) : "rm"(word));
    return crc;
}
SELKIE_INLINE uint64_t selkie_crc32c_u32(uint64_t crc, uint32_t word) {
    uint32_t half = (uint32_t)crc;
    __asm__("crc32l %1, %0" : "+r"(half) : "rm"(word));
    return half;
}
SELKIE_INLINE void selkie_line_clwb(const char *line) { __asm__ volatile("clwb %0" : : "m"(*line) : "memory"); }
SELKIE_INLINE void selkie_line_clflushopt(const char *line) {
    __asm__ volatile("clflushopt %0" : : "m"(*line) : "memory");
}
// CLFLUSH is ordered with stores and with other CLFLUSHes: it needs no fence, and gets one all the same.
SELKIE_INLINE void selkie_line_clflush(const char *line) { __asm__ volatile("clflush %0" : : "m"(*line) : "memory"); }

#elif defined(__aarch64__)

// DSB completes DC CVAP and DC CVAC; DMB would only order them.
SELKIE_INLINE void selkie_fence_inline(void) { __asm__ volatile("dsb sy" ::: "memory"); }

// STNP is a hint that promises no durability: a plain store, cleaned line by line afterwards, is the way here.
SELKIE_INLINE void selkie_store_nt(uint64_t *to, uint64_t word) { *(volatile uint64_t *)to = word; }
SELKIE_INLINE void selkie_store_pair_nt(uint64_t *to, const void *from) {
    typedef uint64_t __attribute__((may_alias, aligned(1))) any_word;
    selkie_store_nt(to, ((const any_word *)from)[0]);
    selkie_store_nt(to + 1, ((const any_word *)from)[1]);
}
SELKIE_INLINE void selkie_store_line_nt(uint64_t *to, const void *from) {
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        selkie_store_pair_nt(to + 2 * i, (const char *)from + 16 * i);
    }
}
SELKIE_INLINE uint64_t selkie_crc32c_u64(uint64_t crc, uint64_t word) {
    __asm__("crc32cx %w0, %w0, %1" : "+r"(crc) : "r"(word));
    return crc;
}
SELKIE_INLINE uint64_t selkie_crc32c_u32(uint64_t crc, uint32_t word) {
    __asm__("crc32cw %w0, %w0, %w1" : "+r"(crc) : "r"(word));
    return crc;
}
// DC CVAP (HWCAP_DCPOP), written as SYS so that an older assembler takes it.
SELKIE_INLINE void selkie_line_cvap(const char *line) {
    __asm__ volatile("sys #3, c7, c12, #1, %0" : : "r"(line) : "memory");
}
SELKIE_INLINE void selkie_line_cvac(const char *line) { __asm__ volatile("dc cvac, %0" : : "r"(line) : "memory"); }

#else
#error "selkie knows x86-64 and AArch64"
#endif

SELKIE_INLINE void selkie_store_plain(uint64_t *to, uint64_t word) { *(volatile uint64_t *)to = word; }
SELKIE_INLINE void selkie_store_pair_plain(uint64_t *to, const void *from) {
    typedef uint64_t __attribute__((may_alias, aligned(1))) any_word;
    selkie_store_plain(to, ((const any_word *)from)[0]);
    selkie_store_plain(to + 1, ((const any_word *)from)[1]);
}
SELKIE_INLINE void selkie_store_line_plain(uint64_t *to, const void *from) {
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        selkie_store_pair_plain(to + 2 * i, (const char *)from + 16 * i);
    }
}

#endif
