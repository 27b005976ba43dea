// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.ArrayList;
import java.util.List;
import org.selkie.crashtest.trace.PersistentRegion;

/** A list in both directions: the forward links count, recovery makes the backward ones from them. */
final class DoublyLinkedNodes extends Structure {

    private static final int NEXT = 8;
    private static final int PREVIOUS = 16;

    DoublyLinkedNodes(Bug bug) {
        super(bug);
    }

    /** Inserts behind the anchor at 0, which is also the end. */
    @Override
    void operate(PersistentRegion region, int number) {
        long node = LINE * number;
        long next = region.getLong(NEXT);
        region.putLong(node, number);
        region.putLong(node + NEXT, next);
        region.putLong(node + PREVIOUS, 0);
        region.persist(node, LINE);
        region.putLong(NEXT, node);
        region.persist(NEXT, Long.BYTES);
        region.putLong(next + PREVIOUS, node);
        region.persist(next + PREVIOUS, Long.BYTES);
    }

    @Override
    List<Long> recover(PersistentRegion region) {
        if (!has(Bug.BACK_POINTERS_TRUSTED)) {
            long node = 0;
            do {
                long next = region.getLong(node + NEXT);
                region.putLong(next + PREVIOUS, node);
                region.persist(next + PREVIOUS, Long.BYTES);
                node = next;
            } while (node != 0);
        }
        List<Long> forward = walk(region, NEXT);
        List<Long> backward = walk(region, PREVIOUS);
        if (!forward.equals(backward.reversed())) {
            throw new IllegalStateException(forward + " forward, " + backward + " backward");
        }
        return forward;
    }

    private static List<Long> walk(PersistentRegion region, int link) {
        List<Long> values = new ArrayList<>();
        for (long node = region.getLong(link); node != 0; node = region.getLong(node + link)) {
            values.add(region.getLong(node));
        }
        return values;
    }
}
