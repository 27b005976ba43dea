// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import org.jspecify.annotations.Nullable;

/**
 * Which keys are scanned, and which way. Keys are compared as unsigned bytes.
 *
 * @param from    the lowest key, or null for no bound
 * @param to      the first key above, not scanned, or null for no bound
 * @param reverse from the highest to the lowest
 */
@SuppressWarnings("ArrayRecordComponent")
public record Range(byte @Nullable [] from, byte @Nullable [] to, boolean reverse) {

    /** All keys, upwards. */
    public static Range all() {
        return new Range(null, null, false);
    }

    /** From a key on. */
    public static Range from(byte[] from) {
        return new Range(from.clone(), null, false);
    }

    /** Below a key. */
    public static Range below(byte[] to) {
        return new Range(null, to.clone(), false);
    }

    public static Range between(byte[] from, byte[] to) {
        return new Range(from.clone(), to.clone(), false);
    }

    /** The keys that begin with these bytes. */
    public static Range prefix(byte[] prefix) {
        return new Range(prefix.clone(), OrderedKeys.endOf(prefix), false);
    }

    /** The same keys, from the highest to the lowest. */
    public Range reversed() {
        return new Range(from, to, !reverse);
    }
}
