// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.ArrayList;
import java.util.List;
import org.selkie.crashtest.trace.PersistentRegion;

/** A list in one direction: inserts at the head, deletes at the head, and wipes what it deleted for its next use. */
final class LinkedNodes extends Structure {

    LinkedNodes(Bug bug) {
        super(bug);
    }

    @Override
    void operate(PersistentRegion region, int number) {
        if (number == 4) {
            delete(region);
        } else {
            insert(region, LINE * number, number);
        }
    }

    private void insert(PersistentRegion region, long node, long value) {
        region.putLong(node, value);
        region.putLong(node + Long.BYTES, region.getLong(0));
        if (!has(Bug.LINK_BEFORE_NODE)) {
            region.persist(node, 2 * Long.BYTES);
        }
        region.putLong(0, node);
        region.persist(0, Long.BYTES);
        if (has(Bug.LINK_BEFORE_NODE)) {
            region.persist(node, 2 * Long.BYTES);
        }
    }

    private void delete(PersistentRegion region) {
        long node = region.getLong(0);
        region.putLong(0, region.getLong(node + Long.BYTES));
        if (!has(Bug.NODE_REUSED_BEFORE_UNLINK)) {
            region.persist(0, Long.BYTES);
        }
        region.putLong(node, -1);
        region.putLong(node + Long.BYTES, -1);
        region.persist(node, 2 * Long.BYTES);
        if (has(Bug.NODE_REUSED_BEFORE_UNLINK)) {
            region.persist(0, Long.BYTES);
        }
    }

    @Override
    List<Long> recover(PersistentRegion region) {
        List<Long> values = new ArrayList<>();
        for (long node = region.getLong(0); node != 0; node = region.getLong(node + Long.BYTES)) {
            values.add(region.getLong(node));
        }
        return values;
    }
}
