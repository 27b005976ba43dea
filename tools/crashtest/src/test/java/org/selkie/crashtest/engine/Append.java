// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import java.util.ArrayList;
import java.util.List;
import org.selkie.crashtest.engine.Recovered.Entry;

/** Records that a thread wants in a log together: one, or a batch. An operation's description. */
final class Append {

    private static final int RECORD_OVERHEAD_BYTES = 28;
    private static final int LINE_BYTES = 64;
    private static final long NONE = -1;

    private final List<byte[]> payloads;
    /** Of the first record, as soon as somebody knows it. */
    private volatile long position = NONE;

    Append(List<byte[]> payloads) {
        this.payloads = List.copyOf(payloads);
    }

    List<byte[]> payloads() {
        return payloads;
    }

    void at(long first) {
        position = first;
    }

    /** What a reader finds of it; nothing if it never got a place. docs/format.md: records lie one behind the other. */
    List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        long at = position;
        if (at == NONE) {
            return entries;
        }
        for (byte[] payload : payloads) {
            entries.add(new Entry(at, payload));
            at += (payload.length + RECORD_OVERHEAD_BYTES + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
        }
        return entries;
    }

    @Override
    public String toString() {
        return (payloads.size() == 1 ? "a record of " + payloads.getFirst().length + " bytes" : "a batch of " + payloads.size())
                + " at " + position;
    }
}
