// SPDX-License-Identifier: Apache-2.0

/** Whether the tests would notice it: flushes and fences of a recorded run are taken away one after the other. */
@NullMarked
package org.selkie.crashtest.mutation;

import org.jspecify.annotations.NullMarked;
