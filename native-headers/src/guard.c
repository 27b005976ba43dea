// SPDX-License-Identifier: Apache-2.0
//
// A SIGBUS inside the section selkie_hot becomes a return of SELKIE_FAULT, or SELKIE_FAULT_AT with the address, from the
// function it happened in: the caller knows which memory was whose. Every other SIGBUS goes to the handler that stood before
// (the JVM's own, which turns it into an InternalError or a crash report).
#define _GNU_SOURCE
#include <linux/membarrier.h>
#include <selkie/append.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define SELKIE_API __attribute__((visibility("default")))

extern const char __start_selkie_hot[];
extern const char __stop_selkie_hot[];

static struct sigaction previous;

static int within_hot(uintptr_t pc) {
    return pc >= (uintptr_t)__start_selkie_hot && pc < (uintptr_t)__stop_selkie_hot;
}

// A signal that somebody sent carries no address, and one above this could be taken for another answer.
static int64_t answer_to(const siginfo_t *info) {
    const uint64_t at = (uint64_t)(uintptr_t)info->si_addr;
    return info->si_code > 0 && at >> 62 == 0 ? (int64_t)((uint64_t)SELKIE_FAULT_AT | at) : SELKIE_FAULT;
}

static int return_fault(const siginfo_t *info, ucontext_t *context) {
#if defined(__x86_64__)
    greg_t *registers = context->uc_mcontext.gregs;
    if (!within_hot((uintptr_t)registers[REG_RIP])) {
        return 0;
    }
    // Frameless: the return address is what the stack pointer points to.
    registers[REG_RIP] = *(greg_t *)registers[REG_RSP];
    registers[REG_RSP] += 8;
    registers[REG_RAX] = answer_to(info);
    return 1;
#else
    if (!within_hot((uintptr_t)context->uc_mcontext.pc)) {
        return 0;
    }
    context->uc_mcontext.pc = context->uc_mcontext.regs[30];
    context->uc_mcontext.regs[0] = (uint64_t)answer_to(info);
    return 1;
#endif
}

static void on_bus_error(int signal, siginfo_t *info, void *context) {
    if (return_fault(info, (ucontext_t *)context)) {
        return;
    }
    if ((previous.sa_flags & SA_SIGINFO) && previous.sa_sigaction != NULL) {
        previous.sa_sigaction(signal, info, context);
    } else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
        previous.sa_handler(signal);
    } else {
        // The fault happens again on return, and then takes its default course.
        sigaction(SIGBUS, &previous, NULL);
    }
}

// Once a process. Returns 0, or -1 if the handler could not be installed.
SELKIE_API int64_t selkie_guard_install(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_bus_error;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
    sigemptyset(&action.sa_mask);
    // Known before the handler stands: a SIGBUS elsewhere may come between the two.
    if (sigaction(SIGBUS, NULL, &previous) != 0) {
        return -1;
    }
    return sigaction(SIGBUS, &action, NULL);
}

// 1 while this library's handler is the one in place: another library may have replaced it.
SELKIE_API int64_t selkie_guard_installed(void) {
    struct sigaction now;
    return sigaction(SIGBUS, NULL, &now) == 0 && (now.sa_flags & SA_SIGINFO) && now.sa_sigaction == on_bus_error;
}

#if defined(__x86_64__)
#include <cpuid.h>

// Bits: 1 CRC32 (SSE4.2), 2 CLFLUSH, 4 CLFLUSHOPT, 8 CLWB, 32 AVX-512 F, BW and DQ, which the kernel has to have switched on, too.
SELKIE_API int64_t selkie_cpu_features(void) {
    unsigned a, b, c, d;
    int64_t features = 0;
    if (__get_cpuid(1, &a, &b, &c, &d)) {
        features |= (c >> 20 & 1) | (d >> 19 & 1) << 1;
    }
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d)) {
        features |= (b >> 23 & 1) << 2 | (b >> 24 & 1) << 3;
    }
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq")) {
        features |= 32;
    }
    return features;
}
#else
#include <sys/auxv.h>

#ifndef HWCAP_CRC32
#define HWCAP_CRC32 (1 << 7)
#endif
#ifndef HWCAP_DCPOP
#define HWCAP_DCPOP (1 << 16)
#endif

// Bits: 1 CRC32, 16 DC CVAP (DC CVAC is always there).
SELKIE_API int64_t selkie_cpu_features(void) {
    const unsigned long has = getauxval(AT_HWCAP);
    return ((has & HWCAP_CRC32) ? 1 : 0) | ((has & HWCAP_DCPOP) ? 16 : 0);
}
#endif

// A full barrier on every thread of this process that runs (membarrier(2); Linux 4.14). With it, the side of a handshake that
// runs at every append needs no barrier of its own. Returns 0, or -1 where the kernel or a sandbox refuses.
SELKIE_API int64_t selkie_process_barrier_register(void) {
    return syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0 ? 0 : -1;
}

SELKIE_API int64_t selkie_process_barrier(void) {
    return syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0 ? 0 : -1;
}

SELKIE_API int64_t selkie_library_version(void) { return SELKIE_FORMAT_MAJOR << 16 | SELKIE_FORMAT_MINOR; }
