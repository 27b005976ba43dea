// SPDX-License-Identifier: Apache-2.0

/**
 * Keep the block map of a file stable while it is mapped: the tiers, their states, their breaking and their audit.
 * Here a seal is never mseal(2).
 *
 * <p>May use {@code persist}, {@code os} and {@code fault}.
 */
@NullMarked
package org.selkie.seal;

import org.jspecify.annotations.NullMarked;
