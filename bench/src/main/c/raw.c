// SPDX-License-Identifier: Apache-2.0
//
// What the processor and the medium can do at all, one operation at a time: store, flush, fence, non-temporal store, checksum,
// read. And the delay of an emulated device, which the ceiling and the engine under test pay in the same place.
#define _GNU_SOURCE
#include "bench.h"
#include <sched.h>
#include <string.h>
#include <time.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

// What a raw loop does; RawOperation.java has the same numbers.
enum {
    RAW_STORE,
    RAW_FENCE,
    RAW_CRC,
    RAW_NT_FENCE,
    RAW_CLWB_FENCE,
    RAW_CLFLUSHOPT_FENCE,
    RAW_NT_STREAM,
    RAW_READ_STREAM,
    RAW_READ_RANDOM,
};

static volatile uint64_t sink;

int64_t bench_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000ll + now.tv_nsec;
}

static int has_leaf7_ebx(int bit) {
#if defined(__x86_64__)
    unsigned a, b, c, d;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b >> bit & 1);
#else
    (void)bit;
    return 0;
#endif
}

CEILING int64_t raw_supported(int64_t kind) {
    switch (kind) {
    case RAW_CLWB_FENCE:
#if defined(__x86_64__)
        return has_leaf7_ebx(24);
#else
        return 1;
#endif
    case RAW_CLFLUSHOPT_FENCE: return has_leaf7_ebx(23);
    default: return 1;
    }
}

static void flush_lines(int64_t kind, const char *from, uint64_t bytes) {
    for (uint64_t i = 0; i < bytes; i += SELKIE_LINE_BYTES) {
#if defined(__x86_64__)
        if (kind == RAW_CLWB_FENCE) {
            selkie_line_clwb(from + i);
        } else {
            selkie_line_clflushopt(from + i);
        }
#else
        (void)kind;
        selkie_line_cvac(from + i);
#endif
    }
}

static void stream(char *to, const char *from, uint64_t bytes) {
    for (uint64_t i = 0; i < bytes; i += SELKIE_LINE_BYTES) {
#if defined(__x86_64__)
        if (HAS_512) {
            selkie_store_line_nt_512((uint64_t *)(to + i), from + i);
            continue;
        }
#endif
        selkie_store_line_nt((uint64_t *)(to + i), from + i);
    }
}

static uint64_t sum(const char *from, uint64_t bytes) {
    const volatile uint64_t *word = (const volatile uint64_t *)from;
    uint64_t total = 0;
    for (uint64_t i = 0; i < bytes / 8; i += 4) {
        total += word[i] + word[i + 1] + word[i + 2] + word[i + 3];
    }
    return total;
}

// So many operations of `bytes` (a multiple of 64) each, going round in the ring from `*tail` on.
CEILING int64_t raw_loop(int64_t kind, char *ring, uint64_t ring_bytes, const char *from, uint64_t bytes,
                         uint64_t operations, uint64_t *tail) {
    uint64_t position = *tail;
    uint64_t value = position | 1;
    for (uint64_t i = 0; i < operations; i++) {
        char *const to = ring + (position & (ring_bytes - 1));
        switch (kind) {
        case RAW_STORE:
            memcpy(to, from, bytes);
            __asm__ volatile("" ::: "memory");
            break;
        case RAW_FENCE: selkie_fence_inline(); break;
        case RAW_CRC:
            for (uint64_t at = 0; at < bytes; at += SELKIE_LINE_BYTES) {
                value = selkie_crc32c_words(value, (const unsigned char *)from + at, 8);
            }
            break;
        case RAW_NT_FENCE:
            stream(to, from, bytes);
            selkie_fence_inline();
            bench_delay((int64_t)bytes);
            break;
        case RAW_CLWB_FENCE:
        case RAW_CLFLUSHOPT_FENCE:
            memcpy(to, from, bytes);
            flush_lines(kind, to, bytes);
            selkie_fence_inline();
            bench_delay((int64_t)bytes);
            break;
        case RAW_NT_STREAM: stream(to, from, bytes); break;
        case RAW_READ_STREAM: value += sum(to, bytes); break;
        default:
            // Each address depends on what the last one held, so that the reads follow each other.
            value = value * 6364136223846793005ull + 1442695040888963407ull;
            value += *(volatile uint64_t *)(ring + ((value >> 20) & (ring_bytes - 1) & ~(uint64_t)63));
        }
        position += bytes;
    }
    if (kind == RAW_NT_STREAM) {
        selkie_fence_inline();
        bench_delay((int64_t)(operations * bytes));
    }
    sink = value;
    *tail = position;
    return (int64_t)position;
}

// The emulated device: nothing is added while both are zero.
static uint64_t fence_nanos;
static uint64_t bytes_a_microsecond;
static uint64_t busy_until;

CEILING int64_t emulate(int64_t nanos_a_fence, int64_t bandwidth) {
    fence_nanos = (uint64_t)nanos_a_fence;
    bytes_a_microsecond = (uint64_t)bandwidth;
    busy_until = 0;
    return 0;
}

// Waits as long as the device would take for what was just fenced: its line is taken in turn by all threads, its latency is
// each thread's own.
void bench_wait(uint64_t bytes) {
    uint64_t now = (uint64_t)bench_now();
    uint64_t end = now;
    if (bytes_a_microsecond != 0) {
        const uint64_t taken = bytes * 1000 / bytes_a_microsecond;
        uint64_t before = __atomic_load_n(&busy_until, __ATOMIC_RELAXED);
        do {
            end = (before > now ? before : now) + taken;
        } while (!__atomic_compare_exchange_n(&busy_until, &before, end, 1, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    }
    end += fence_nanos;
    while ((uint64_t)bench_now() < end) {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#endif
    }
}

int bench_emulated(void) { return (fence_nanos | bytes_a_microsecond) != 0; }

CEILING int64_t emulated_fence(int64_t bytes) {
    bench_delay(bytes);
    return 0;
}

// Keeps the calling thread on the nth processor that it may use. Two threads that one thread wakes for a millisecond are often left
// on one processor, and then take turns. Returns 0, or -1 where there is no such processor.
CEILING int64_t pin_thread(int64_t nth) {
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) {
        return -1;
    }
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (CPU_ISSET(cpu, &allowed) && nth-- == 0) {
            cpu_set_t one;
            CPU_ZERO(&one);
            CPU_SET(cpu, &one);
            return sched_setaffinity(0, sizeof one, &one);
        }
    }
    return -1;
}
