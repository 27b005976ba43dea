// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.selkie.fault.SelkieException;

/**
 * Looks at every lease of the process a hundred times a second, on one daemon thread that lives as long as there is
 * one. The kernel would send a signal instead; a JVM cannot handle one without taking it from somebody else, and its
 * default action ends the process.
 */
final class LeaseWatch {
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final List<LeaseSeal> WATCHED = new ArrayList<>();

    private static boolean running;

    private LeaseWatch() {}

    static void add(LeaseSeal seal) {
        synchronized (WATCHED) {
            WATCHED.add(seal);
            if (!running) {
                running = true;
                Thread thread = new Thread(LeaseWatch::run, "selkie-lease-watch");
                thread.setDaemon(true);
                thread.start();
            }
        }
    }

    private static void run() {
        while (true) {
            LockSupport.parkNanos(INTERVAL_NANOS);
            Instant now = Instant.now();
            for (LeaseSeal seal : watched()) {
                if (!looks(seal, now)) {
                    forget(seal);
                }
            }
            synchronized (WATCHED) {
                if (WATCHED.isEmpty()) {
                    running = false;
                    return;
                }
            }
        }
    }

    private static boolean looks(LeaseSeal seal, Instant now) {
        try {
            return seal.look(now);
        } catch (SelkieException e) {
            // Its handle was closed under it: there is no lease any more, and the others must still be watched.
            return false;
        }
    }

    private static List<LeaseSeal> watched() {
        synchronized (WATCHED) {
            return List.copyOf(WATCHED);
        }
    }

    private static void forget(LeaseSeal seal) {
        synchronized (WATCHED) {
            WATCHED.remove(seal);
        }
    }
}
