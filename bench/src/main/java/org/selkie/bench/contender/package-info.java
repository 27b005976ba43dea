// SPDX-License-Identifier: Apache-2.0

/** What can be measured: one interface for a log and one for a key-value store, and those that the engine and C give. */
@NullMarked
package org.selkie.bench.contender;

import org.jspecify.annotations.NullMarked;
