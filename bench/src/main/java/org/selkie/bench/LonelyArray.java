// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench;

import java.util.Arrays;

/**
 * An array with no other on its cache lines: two that threads write side by side cost them as much as a fence, which is not
 * what is measured here.
 */
public final class LonelyArray {

    private static final int GAP_BYTES = 512;

    /** Allocated one after the other, and moved by a collector in this order. */
    private final byte[][] gapArrayGap;
    private final byte[] message;

    /** Makes one, filled with a message. */
    public LonelyArray(int lengthBytes) {
        gapArrayGap = new byte[][] {new byte[GAP_BYTES], new byte[lengthBytes], new byte[GAP_BYTES]};
        message = new byte[lengthBytes];
        Arrays.fill(message, (byte) 42);
        touch();
    }

    /**
     * Writes the array anew, as a program puts a message into its buffer: by the copy that C has in {@code memcpy}. A fill would
     * be compiled to stores of this or that width, as it happens, and what loads them waits or does not.
     */
    public void touch() {
        System.arraycopy(message, 0, bytes(), 0, message.length);
    }

    /** The array itself. */
    public byte[] bytes() {
        return gapArrayGap[1];
    }
}
