// SPDX-License-Identifier: Apache-2.0

/**
 * What can go wrong, as types: each exception says what was attempted with which arguments, what was found, and the
 * remedy.
 *
 * <p>The bottom of the order: uses nothing else of the engine.
 */
@NullMarked
package org.selkie.fault;

import org.jspecify.annotations.NullMarked;
