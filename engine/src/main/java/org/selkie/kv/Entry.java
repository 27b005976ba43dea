// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A key with its value.
 *
 * @param version what the change that gave it this value returned
 * @param expiry  when it expires, null for never
 */
@SuppressWarnings("ArrayRecordComponent")
public record Entry(byte[] key, byte[] value, long version, @Nullable Instant expiry) {

    static Entry of(FoundRecord found) {
        long expiryMillis = found.expiryMillis();
        return new Entry(found.key(), found.value(), found.version(),
                expiryMillis == Call.NEVER ? null : Instant.ofEpochMilli(expiryMillis));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Entry entry && version == entry.version && Arrays.equals(key, entry.key)
                && Arrays.equals(value, entry.value);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(version);
    }

    @Override
    public String toString() {
        return "a key of " + key.length + " bytes with a value of " + value.length + ", version " + version;
    }
}
