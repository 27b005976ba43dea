// SPDX-License-Identifier: Apache-2.0

/**
 * Linux: its calls, its constants and the native library. The only package that uses restricted methods, and the one
 * place where an errno becomes an exception.
 *
 * <p>May use {@code fault} only.
 */
@NullMarked
package org.selkie.os;

import org.jspecify.annotations.NullMarked;
