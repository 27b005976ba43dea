// SPDX-License-Identifier: Apache-2.0

/** Key-value stores: how one takes part, and the workloads that people know by name. */
@NullMarked
package org.selkie.bench.kv;

import org.jspecify.annotations.NullMarked;
