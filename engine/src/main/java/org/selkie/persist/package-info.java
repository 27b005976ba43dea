// SPDX-License-Identifier: Apache-2.0

/**
 * Make stores durable: {@code flush} starts the write-back, {@code fence} waits for it, {@code persist} does both.
 * How is chosen once, when an extent is mapped.
 *
 * <p>May use {@code os} and {@code fault}.
 */
@NullMarked
package org.selkie.persist;

import org.jspecify.annotations.NullMarked;
