// SPDX-License-Identifier: Apache-2.0
//
// What the files of libceiling share.
#ifndef SELKIE_BENCH_H
#define SELKIE_BENCH_H

#include <selkie/append.h>

#define CEILING __attribute__((visibility("default")))
#if defined(__x86_64__)
#define HAS_512                                                                                                        \
    (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
#endif

int64_t bench_now(void);
int bench_emulated(void);
void bench_wait(uint64_t bytes);

// Behind each fence: what an emulated device adds, nothing otherwise.
static inline void bench_delay(int64_t bytes) {
    if (__builtin_expect(bench_emulated(), 0)) {
        bench_wait((uint64_t)bytes);
    }
}

#endif
