// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

/** How a store came to its index when it was opened. */
public enum StoreOpening {
    /** It was written when the store was closed, and nothing was changed since. */
    CHECKPOINT,
    /** From the records of the log, extents side by side. */
    SCAN,
    /** From the records one after the other, as something in the log is not in order. */
    RECORDS
}
