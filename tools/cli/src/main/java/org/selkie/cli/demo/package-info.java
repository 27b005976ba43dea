// SPDX-License-Identifier: Apache-2.0

/**
 * The main job on one place: a child JVM appends and reports each acknowledgement, is killed with SIGKILL in the middle,
 * and what it acknowledged is compared byte for byte with what recovery finds. Knows nothing of how it is shown.
 */
@NullMarked
package org.selkie.cli.demo;

import org.jspecify.annotations.NullMarked;
