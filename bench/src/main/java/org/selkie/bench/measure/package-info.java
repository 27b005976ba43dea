// SPDX-License-Identifier: Apache-2.0

/** How it is measured: threads that start together, rounds in turn, medians, and ratios with the confidence that they have. */
@NullMarked
package org.selkie.bench.measure;

import org.jspecify.annotations.NullMarked;
