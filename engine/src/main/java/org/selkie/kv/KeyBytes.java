// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.util.Arrays;

/** A key as a map on the heap wants it, in the order of unsigned bytes. */
@SuppressWarnings("ArrayRecordComponent")
record KeyBytes(byte[] bytes) implements Comparable<KeyBytes> {

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyBytes key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public int compareTo(KeyBytes other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public String toString() {
        return "a key of " + bytes.length + " bytes";
    }
}
