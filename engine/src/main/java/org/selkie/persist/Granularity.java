// SPDX-License-Identifier: Apache-2.0
package org.selkie.persist;

/**
 * What has to be done to make a store durable, as libpmem2 names it (libpmem2_map_get_store_granularity(3)).
 */
public enum Granularity {
    /** The caches are in the persistence domain (eADR, flush on fail): a fence is enough. */
    BYTE,
    /** Cache lines must be written back: CLWB or a non-temporal store, then a fence. */
    CACHE_LINE,
    /** Pages must be written back by the kernel: msync. */
    PAGE
}
