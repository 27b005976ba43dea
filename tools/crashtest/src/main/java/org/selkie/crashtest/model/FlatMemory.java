// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.model;

/** The flat space of a trace, by cache lines of 64 bytes, as words of eight bytes. */
public interface FlatMemory {

    int LINE_BYTES = 64;
    int LINE_WORDS = 8;

    /** Reads a line's eight words. */
    void read(int line, long[] words, int from);

    /** Overwrites a line with eight words. */
    void write(int line, long[] words, int from);
}
