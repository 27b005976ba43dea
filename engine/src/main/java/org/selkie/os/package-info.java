// SPDX-License-Identifier: Apache-2.0

/**
 * Linux: the calls, their numbers and layouts. The only package that uses restricted methods and knows an errno.
 *
 * <p>Every failure leaves here as a {@link org.selkie.fault.SystemCallException} with call, arguments, errno and
 * remedy; where a refusal is an answer rather than an error (a probe), the method says so and returns the errno.
 */
@NullMarked
package org.selkie.os;

import org.jspecify.annotations.NullMarked;
