// SPDX-License-Identifier: Apache-2.0

/**
 * Probe, map, seal: a sealed extent is the only thing that a log may write to. The segment of an extent lives exactly
 * as long as its seal.
 *
 * <p>May use {@code seal}, {@code persist}, {@code os} and {@code fault}.
 */
@NullMarked
package org.selkie.extent;

import org.jspecify.annotations.NullMarked;
