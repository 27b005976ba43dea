// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.MemorySegment;

/** How records get into a log: by many threads, or by one. Chosen once, when the log is opened. */
interface LogWriter {

    /** Appends a record of a length that may be too large, durably, and returns its position. */
    long append(MemorySegment payload, long lengthBytes);

    /** Appends staged records, of a length that fits, as one, durably, and returns the first one's position. */
    long batch(MemorySegment staged, long lengthBytes);
}
