// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.util.List;
import org.selkie.log.Finding;

/**
 * What a store's records say about each other, beyond their checksums.
 *
 * @param records        that verify, entries and deletions, replaced ones too
 * @param deletions      of those
 * @param moved          of those, the ones that compaction wrote
 * @param replacedLosses records that are lost, and that a later record of their key names as replaced: no key has another value
 *                       because of them
 * @param findings       records that verify and cannot have been written by a store, the first thousand
 * @param unlisted       how many more there are
 */
public record StoreReport(String store, long records, long deletions, long moved, long replacedLosses, List<Finding> findings,
        long unlisted) {

    /** Whether every record fits. */
    public boolean isClean() {
        return findings.isEmpty();
    }
}
