// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** What one thread of {@link KillChild} submits, in order: from the same numbers the parent knows every byte of it. */
final class KillScript {

    private static final int MAX_PAYLOAD_BYTES = 5000;
    private static final int MAX_MEMBERS = 8;

    private final SplittableRandom random;

    KillScript(long seed, int round, int thread) {
        this.random = new SplittableRandom(seed ^ (round * 2L + thread) * 0x9e3779b97f4a7c15L);
    }

    /** How a record is submitted. */
    enum Way { APPEND, CLAIM, BATCH }

    /** The bytes of a record, made when they are needed. */
    record Content(int lengthBytes, long seed) {

        byte[] bytes() {
            byte[] bytes = new byte[lengthBytes];
            new SplittableRandom(seed).nextBytes(bytes);
            return bytes;
        }

        boolean matches(byte[] bytes) {
            return bytes.length == lengthBytes && Arrays.equals(bytes, bytes());
        }
    }

    /** One submission: all of its records are there afterwards or none. */
    record Operation(Way way, List<Content> contents) {
    }

    Operation next() {
        int kind = random.nextInt(10);
        Way way = kind < 6 ? Way.APPEND : kind < 8 ? Way.CLAIM : Way.BATCH;
        int members = way == Way.BATCH ? 1 + random.nextInt(MAX_MEMBERS) : 1;
        List<Content> contents = new ArrayList<>(members);
        for (int i = 0; i < members; i++) {
            // Mostly short ones: the more records, the more places to be killed at.
            int lengthBytes = random.nextInt(random.nextInt(3) == 0 ? MAX_PAYLOAD_BYTES + 1 : 200);
            contents.add(new Content(lengthBytes, random.nextLong()));
        }
        return new Operation(way, contents);
    }
}
