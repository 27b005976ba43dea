// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Changes that one thread makes together, of keys that no other one changes. An operation's description.
 *
 * @param values by key, null for a deletion
 */
record StoreChange(int owner, Map<String, @Nullable ByteBuffer> values) {

    static String keyOf(int owner, int number) {
        return owner + "/" + number;
    }

    static int ownerOf(String key) {
        return Integer.parseInt(key, 0, key.indexOf('/'), 10);
    }

    void applyTo(Map<String, ByteBuffer> state) {
        values.forEach((key, value) -> {
            if (value == null) {
                state.remove(key);
            } else {
                state.put(key, value);
            }
        });
    }

    @Override
    public String toString() {
        // Not containsValue: an immutable map does not let itself be asked for null.
        boolean deletes = values.values().stream().anyMatch(Objects::isNull);
        return (values.size() == 1 ? "a change of " : "a batch of ") + values.keySet() + (deletes ? ", with deletions" : "");
    }
}
