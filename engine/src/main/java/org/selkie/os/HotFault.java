// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

/**
 * The answer of a hot function that met a SIGBUS: {@link HotPath#FAULT}, or a number below all other answers whose lower bits
 * are the address that faulted (native-headers/src/guard.c). It costs the functions nothing: the handler makes it up.
 */
public final class HotFault {

    /** {@code SELKIE_FAULT_AT} in native-headers/include/selkie/append.h. */
    private static final long FAULT_AT = Long.MIN_VALUE;
    /** No address is so high that it would make the answer higher. */
    private static final long HIGHEST = FAULT_AT | (1L << 62) - 1;

    private HotFault() {
    }

    /** Whether an answer is a fault. */
    static boolean isFault(long answer) {
        return answer == HotPath.FAULT || answer <= HIGHEST;
    }

    /** Whether a fault was met in a range of memory, as far as is known; page by page, as the kernel reports bad memory. */
    public static boolean isWithin(long answer, long address, long lengthBytes) {
        if (answer > HIGHEST) {
            return false;
        }
        long page = -Linux.pageSizeBytes();
        long at = answer & ~FAULT_AT & page;
        return at >= (address & page) && at < address + lengthBytes;
    }

    /** The answer without the address. */
    static long plain(long answer) {
        return answer <= HIGHEST ? HotPath.FAULT : answer;
    }
}
