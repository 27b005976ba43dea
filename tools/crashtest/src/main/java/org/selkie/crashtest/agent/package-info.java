// SPDX-License-Identifier: Apache-2.0
/**
 * The Java agent: lets code that stores through MemorySegment, VarHandle and ByteBuffer be recorded store by store, unchanged.
 */
@NullMarked
package org.selkie.crashtest.agent;

import org.jspecify.annotations.NullMarked;
