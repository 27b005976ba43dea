// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

/** Before which events of a trace the crash comes. The end of the trace is always a crash point. */
public enum CrashPoints {
    /**
     * Before whatever makes something certain, or makes it mean something else: fences that have something to wait for,
     * beginnings and acknowledgements of operations. Every image of the other moments is an image of one of these.
     */
    ORDERING,
    /** Before these, and before every fence and flush. */
    FLUSHES,
    /** Before every event, stores included: for what is sampled or bounded. */
    EVERY_EVENT
}
