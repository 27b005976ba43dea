// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.util.concurrent.atomic.AtomicLong;

/** What an exploration has looked at, over all its threads. */
final class Tally {

    /** Images, whatever had been promised. */
    final HashSet64 distinct = new HashSet64();
    /** Images together with what had been promised. */
    final HashSet64 checked = new HashSet64();
    final AtomicLong explored = new AtomicLong();
    final AtomicLong inRecovery = new AtomicLong();
    /** Somebody has read something of an image. */
    volatile boolean read;
    /** Somebody wants the exploration to end: time is up, or enough was found. */
    volatile boolean ended;
}
