// SPDX-License-Identifier: Apache-2.0

/**
 * Peers on the same work: each as its own documents recommend for durability, and once at its fastest. Traps that are avoided:
 * Chronicle's {@code sync()} does nothing durable unless the queue was built with SyncMode.SYNC; msync and fsync on tmpfs reach
 * nothing; the first touch of a page costs more than an append, so all pages are touched before; mashona and PMDK flush by
 * instructions only where they believe in persistent memory, and are made to believe.
 */
@NullMarked
package org.selkie.peers;

import org.jspecify.annotations.NullMarked;
