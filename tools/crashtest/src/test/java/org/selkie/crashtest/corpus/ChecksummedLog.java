// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.ArrayList;
import java.util.List;
import org.selkie.crashtest.trace.PersistentRegion;

/**
 * Records of two lines that are valid if their checksum is: one fence each, no tail. Every third operation recycles the space
 * by giving it another generation, which is all that makes the old records invalid.
 */
final class ChecksummedLog extends Structure {

    private static final long RECORD = 2 * LINE;
    private static final int PLACES = 4;

    ChecksummedLog(Bug bug) {
        super(bug);
    }

    @Override
    int operations() {
        return 5;
    }

    @Override
    void format(PersistentRegion region) {
        region.putLong(0, 1);
    }

    @Override
    void operate(PersistentRegion region, int number) {
        long generation = region.getLong(0);
        if (number % 3 == 0) {
            region.putLong(0, generation + 1);
            region.persist(0, Long.BYTES);
            return;
        }
        long at = LINE + RECORD * recover(region).size();
        region.putLong(at + LINE, 70L + number);
        region.putLong(at, 50L + number);
        region.putLong(at + Long.BYTES, checksum(generation, at, 50L + number, 70L + number));
        region.persist(at, RECORD);
    }

    @Override
    List<Long> recover(PersistentRegion region) {
        long generation = region.getLong(0);
        List<Long> found = new ArrayList<>();
        for (int i = 0; i < PLACES; i++) {
            long at = LINE + RECORD * i;
            long first = region.getLong(at);
            long second = region.getLong(at + LINE);
            if (region.getLong(at + Long.BYTES) != checksum(generation, at, first, second)) {
                break;
            }
            found.add(first * 1000 + second);
        }
        return found;
    }

    private long checksum(long generation, long at, long first, long second) {
        if (has(Bug.UNSEEDED_CHECKSUM)) {
            return mix(mix(0, first), second);
        }
        long seed = mix(has(Bug.STALE_GENERATION) ? 1 : generation, at);
        return has(Bug.CHECKSUM_OVER_TOO_LITTLE) ? mix(seed, first) : mix(mix(seed, first), second);
    }

    /** Of zeroes it makes zero, as many checksums do. */
    private static long mix(long hash, long word) {
        long mixed = (Long.rotateLeft(hash, 23) ^ word) * 0x9e3779b97f4a7c15L;
        return mixed ^ mixed >>> 29;
    }
}
