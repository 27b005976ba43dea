// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

/**
 * How a log is opened.
 *
 * @param singleWriter whether one thread alone appends, the first that does: a few nanoseconds less an append, and a
 *                     second thread's append is refused with {@link org.selkie.fault.WrongWriterException}, until the first
 *                     thread is dead; then the next one to append takes its place
 */
public record LogOptions(boolean singleWriter) {

    /** Any number of writers. */
    public static LogOptions defaults() {
        return new LogOptions(false);
    }

    /** One writing thread at a time, until it dies. */
    public static LogOptions forSingleWriter() {
        return new LogOptions(true);
    }
}
