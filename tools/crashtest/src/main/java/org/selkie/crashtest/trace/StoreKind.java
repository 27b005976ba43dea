// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.trace;

/** What is known of how the bytes of a store event reached the caches. */
public enum StoreKind {
    /** One store instruction. Aligned words of eight bytes are atomic; a longer or unaligned one may be torn between words. */
    PLAIN,
    /**
     * Ordinary stores in an order that nobody promises: a copy of many bytes, or what a comparison found. Its words may
     * persist in any combination; stores that follow it in the same line come after it.
     */
    BULK,
    /**
     * Stores past the caches: in no order with anything, durable after the next fence of the same thread, no flush needed.
     */
    NON_TEMPORAL
}
