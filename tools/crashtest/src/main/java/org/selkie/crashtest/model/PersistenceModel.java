// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.model;

import org.selkie.crashtest.trace.Trace;

/** What a crash may leave, by a contract of hardware or kernel. Immutable; used by several threads. */
public interface PersistenceModel {

    /** Short, as used on a command line, such as {@code adr}. */
    String name();

    /** Begins at a trace's start. Content that becomes certain is written to {@code persisted}, which the caller owns. */
    CrashStates start(Trace trace, FlatMemory persisted);

    /**
     * x86 with asynchronous DRAM refresh: what has left the caches survives, what has not is lost. A line persists a prefix of
     * its stores since its last complete write-back; eight aligned bytes are atomic; copies and non-temporal stores are
     * unordered; a flush counts after the next fence of its thread.
     */
    static PersistenceModel adr() {
        return new AdrModel();
    }
}
