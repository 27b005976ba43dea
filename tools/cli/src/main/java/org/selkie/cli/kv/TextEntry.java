// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli.kv;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An entry as a line has it.
 *
 * @param expiry null for never
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares entries
public record TextEntry(byte[] key, byte[] value, @Nullable Instant expiry) {
}
