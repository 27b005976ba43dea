// SPDX-License-Identifier: Apache-2.0
/** {@code selkie crashtest}: the crash tests of a user's class, in a JVM with the agent. */
@NullMarked
package org.selkie.cli.crash;

import org.jspecify.annotations.NullMarked;
