// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

/**
 * A seal changed its state.
 *
 * @param extent what was sealed
 * @param tier who kept it
 * @param before the state that it left
 * @param after the state that it is in
 */
public record SealEvent(String extent, SealTier tier, SealState before, SealState after) {}
