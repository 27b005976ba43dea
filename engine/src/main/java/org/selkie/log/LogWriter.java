// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.MemorySegment;

/** How records get into a log: by many threads, or by one. Chosen once, when the log is opened. */
interface LogWriter {

    /** Appends a record of at most {@link org.selkie.persist.Persister#LONG_BYTES}, durably, and returns its position. */
    long append(MemorySegment payload, long lengthBytes);

    /** Appends a longer record, of a length that may be too large, from native memory. */
    long appendLong(MemorySegment payload, long lengthBytes);

    /** Appends staged records, of a length that fits, as one, durably, and returns the first one's position. */
    long batch(MemorySegment staged, long lengthBytes);
}
