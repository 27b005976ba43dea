// SPDX-License-Identifier: Apache-2.0

/**
 * Append, read and recover records: a record whose append returned is found again after a crash, one that did not
 * return is wholly there or wholly absent.
 *
 * <p>May use {@code format}, {@code extent}, {@code seal}, {@code persist}, {@code os} and {@code fault}.
 */
@NullMarked
package org.selkie.log;

import org.jspecify.annotations.NullMarked;
