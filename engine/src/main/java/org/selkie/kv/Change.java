// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A change of one key.
 *
 * @param value     what it has from then on, or null: it was deleted
 * @param version   what the call that made the change returned
 * @param expiry    until when it has the value, null for ever
 * @param continues whether the next change was made together with this one, in a batch
 */
@SuppressWarnings("ArrayRecordComponent")
public record Change(byte[] key, byte @Nullable [] value, long version, @Nullable Instant expiry, boolean continues) {

    static Change of(FoundRecord found, boolean continues) {
        long expiryMillis = found.expiryMillis();
        return new Change(found.key(), found.isDeletion() ? null : found.value(), found.version(),
                expiryMillis == Call.NEVER ? null : Instant.ofEpochMilli(expiryMillis), continues);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Change change && version == change.version && Arrays.equals(key, change.key)
                && Arrays.equals(value, change.value);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(version);
    }

    @Override
    public String toString() {
        return (value == null ? "deletion" : "put of " + value.length + " bytes") + ", version " + version;
    }
}
