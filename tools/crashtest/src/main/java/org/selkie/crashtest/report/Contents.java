// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.report;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.Trace;

/** A region's bytes as the code saw them. */
final class Contents {

    private Contents() {
    }

    /** Before an event; no bytes where there was no such region. */
    static byte[] before(Trace trace, String region, int eventNumber) {
        byte[] bytes = new byte[0];
        for (Event event : trace.events().subList(0, Math.min(eventNumber, trace.events().size()))) {
            if (event instanceof Event.Attach attach && attach.region().name().equals(region)) {
                bytes = attach.region().initial().toArray(ValueLayout.JAVA_BYTE);
            } else if (event instanceof Event.Store store && store.region().name().equals(region)) {
                MemorySegment.copy(MemorySegment.ofArray(store.bytes()), 0, MemorySegment.ofArray(bytes), store.offsetBytes(),
                        store.lengthBytes());
            }
        }
        return bytes;
    }
}
