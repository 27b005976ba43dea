// SPDX-License-Identifier: Apache-2.0

/** Starts the benchmarks, which are no part of the command, in a JVM of their own. */
@NullMarked
package org.selkie.cli.bench;

import org.jspecify.annotations.NullMarked;
