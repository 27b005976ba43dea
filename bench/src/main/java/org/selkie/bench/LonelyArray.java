// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench;

import java.util.Arrays;

/**
 * An array with no other on its cache lines: two that threads write side by side cost them as much as a fence, which is not
 * what is measured here.
 */
final class LonelyArray {

    private static final int GAP_BYTES = 512;

    /** Allocated one after the other, and moved by a collector in this order. */
    private final byte[][] gapArrayGap;

    LonelyArray(int lengthBytes) {
        gapArrayGap = new byte[][] {new byte[GAP_BYTES], new byte[lengthBytes], new byte[GAP_BYTES]};
        Arrays.fill(bytes(), (byte) 42);
    }

    byte[] bytes() {
        return gapArrayGap[1];
    }
}
