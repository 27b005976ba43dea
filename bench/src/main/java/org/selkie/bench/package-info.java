// SPDX-License-Identifier: Apache-2.0

/** Benchmarks: what the hardware can do, in C, and beside it what the engine does. */
@NullMarked
package org.selkie.bench;

import org.jspecify.annotations.NullMarked;
