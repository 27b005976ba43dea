// SPDX-License-Identifier: Apache-2.0

/** The {@code selkie} command: each subcommand turns words into one use of the engine, and its outcome into lines. */
@NullMarked
package org.selkie.cli;

import org.jspecify.annotations.NullMarked;
