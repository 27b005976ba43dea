// SPDX-License-Identifier: Apache-2.0
package org.selkie.persist;

import java.lang.foreign.MemorySegment;
import org.selkie.fault.ExtentFaultException;
import org.selkie.fault.PayloadFaultException;
import org.selkie.fault.SelkieException;
import org.selkie.os.HotFault;

/** Whose memory was missing when a record was written: the extent's, or that of the payload, which is the caller's mistake. */
final class StoreFault {

    /** Header, trailer and what fills a record's last line take less. */
    private static final long MOST_AROUND_BYTES = 128;

    private StoreFault() {
    }

    /** When in doubt it was the extent. */
    static SelkieException of(long answer, long to, MemorySegment payload, long lengthBytes) {
        boolean ofPayload = payload.isNative() && HotFault.isWithin(answer, payload.address(), lengthBytes)
                && !HotFault.isWithin(answer, to, lengthBytes + MOST_AROUND_BYTES);
        return ofPayload ? PayloadFaultException.onLoad(payload.address(), lengthBytes)
                : ExtentFaultException.onStore(to, lengthBytes);
    }
}
