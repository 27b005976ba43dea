// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

/**
 * The positions of a batch whose keys are being entered into the index: until all are, readers look past them, so that
 * the batch appears as a whole.
 */
record Publication(long from, long to) {

    boolean holds(long position) {
        return position >= from && position < to;
    }
}
