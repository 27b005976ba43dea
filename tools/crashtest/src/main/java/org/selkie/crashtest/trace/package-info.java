// SPDX-License-Identifier: Apache-2.0

/** Recording: which stores, flushes, fences and acknowledgements happened, in which order, and where in the code. */
@NullMarked
package org.selkie.crashtest.trace;

import org.jspecify.annotations.NullMarked;
