// SPDX-License-Identifier: Apache-2.0

/**
 * The bytes on the medium, and their only home: headers, records, checksums. Everything is little-endian; offsets and
 * lengths are in bytes.
 *
 * <p>May use {@code extent} and what stands below it, and knows nothing of logs.
 */
@NullMarked
package org.selkie.format;

import org.jspecify.annotations.NullMarked;
