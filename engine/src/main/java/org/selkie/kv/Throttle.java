// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets writers write no faster than compaction gains room, while it is behind: all of them together, by the bytes, and with
 * waits that are long enough to be worth a thread's sleep.
 */
final class Throttle {

    /** Less than this is owed until it is more. */
    private static final long LEAST_WAIT_NANOS = 200_000;
    /** So that one measurement, taken while the machine did something else, stops nobody. */
    private static final long MOST_WAIT_NANOS = 50_000_000;
    /** What all of them owe at the most. */
    private static final long MOST_OWED_NANOS = 1_000_000_000;
    /** Of what was gained, how much may be written: the rest lets compaction catch up. */
    private static final double SHARE = 0.8;

    private final AtomicLong writtenUpToNanos = new AtomicLong(System.nanoTime());
    private volatile boolean limited;
    private volatile double nanosPerByte;

    void limit(boolean behind) {
        limited = behind;
    }

    /** Compaction has gained so many bytes in so much time. */
    void gained(long lengthBytes, long nanos) {
        nanosPerByte = nanos / (SHARE * Math.max(1, lengthBytes));
    }

    void admit(long lengthBytes) {
        if (limited) {
            pay(lengthBytes);
        }
    }

    private void pay(long lengthBytes) {
        long now = System.nanoTime();
        long cost = Math.min(MOST_WAIT_NANOS, (long) (lengthBytes * nanosPerByte));
        long due = writtenUpToNanos.updateAndGet(before -> now + Math.clamp(before - now, 0, MOST_OWED_NANOS) + cost);
        long wait = due - now;
        if (wait >= LEAST_WAIT_NANOS) {
            LockSupport.parkNanos(Math.min(wait, MOST_WAIT_NANOS));
        }
    }
}
