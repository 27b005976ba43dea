// SPDX-License-Identifier: Apache-2.0

/**
 * What a user imports first: open a pool, say what durability it must have, read what recovery found.
 *
 * <p>May use every package below it; nothing in the engine uses this one.
 */
@NullMarked
package org.selkie;

import org.jspecify.annotations.NullMarked;
