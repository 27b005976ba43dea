// SPDX-License-Identifier: Apache-2.0

/** The program {@code selkie bench}: what is run, in which order. */
@NullMarked
package org.selkie.bench.program;

import org.jspecify.annotations.NullMarked;
