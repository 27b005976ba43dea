// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.ArrayList;
import java.util.List;
import org.selkie.crashtest.trace.PersistentRegion;

/** Records that need one fence: the word that makes one valid is stored last, into the same line. */
final class OneLineRecords extends Structure {

    private static final int WORDS = 5;

    OneLineRecords(Bug bug) {
        super(bug);
    }

    private long at(int number) {
        return (number - 1) * (has(Bug.SAME_LINE_ASSUMED) ? (WORDS + 1L) * Long.BYTES : LINE);
    }

    @Override
    void operate(PersistentRegion region, int number) {
        long at = at(number);
        if (has(Bug.COPY_ASSUMED_ORDERED)) {
            byte[] all = new byte[(WORDS + 1) * Long.BYTES];
            for (int word = 0; word <= WORDS; word++) {
                all[word * Long.BYTES] = (byte) (word < WORDS ? number : 1);
            }
            region.put(at, all);
        } else {
            for (int word = 0; word < WORDS; word++) {
                region.putLong(at + (long) word * Long.BYTES, number);
            }
            region.putLong(at + (long) WORDS * Long.BYTES, 1);
        }
        region.persist(at, (WORDS + 1) * Long.BYTES);
    }

    @Override
    List<List<Long>> recover(PersistentRegion region) {
        List<List<Long>> records = new ArrayList<>();
        for (int number = 1; number <= operations() && region.getLong(at(number) + (long) WORDS * Long.BYTES) != 0; number++) {
            List<Long> words = new ArrayList<>();
            for (int word = 0; word < WORDS; word++) {
                words.add(region.getLong(at(number) + (long) word * Long.BYTES));
            }
            records.add(words);
        }
        return records;
    }
}
