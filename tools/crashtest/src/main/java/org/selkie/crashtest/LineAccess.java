// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.util.Arrays;
import org.selkie.crashtest.model.FlatMemory;

/** Which lines of an image a checker read, in the order of first reading, and what was in those that it wrote. */
final class LineAccess {

    private final ImageMemory memory;
    private final int[] readIn;
    private final int[] writtenIn;
    private int[] read = new int[64];
    private int readCount;
    private int[] written = new int[16];
    private long[] before = new long[16 * FlatMemory.LINE_WORDS];
    private int writtenCount;
    private int image;
    private boolean untracked;

    LineAccess(ImageMemory memory) {
        this.memory = memory;
        readIn = new int[memory.lineCount()];
        writtenIn = new int[memory.lineCount()];
    }

    /** Another image: nothing was read or written yet. */
    void begin() {
        image++;
        readCount = 0;
        writtenCount = 0;
        untracked = false;
    }

    void read(long flatBytes, long lengthBytes) {
        int last = (int) ((flatBytes + lengthBytes - 1) / FlatMemory.LINE_BYTES);
        for (int line = (int) (flatBytes / FlatMemory.LINE_BYTES); line <= last; line++) {
            if (readIn[line] != image) {
                readIn[line] = image;
                if (readCount == read.length) {
                    read = Arrays.copyOf(read, readCount * 2);
                }
                read[readCount++] = line;
            }
        }
    }

    /** Called before the bytes are written. A write within a line leaves the rest of it, which counts as read later only. */
    void write(long flatBytes, long lengthBytes) {
        int last = (int) ((flatBytes + lengthBytes - 1) / FlatMemory.LINE_BYTES);
        for (int line = (int) (flatBytes / FlatMemory.LINE_BYTES); line <= last; line++) {
            if (writtenIn[line] != image) {
                writtenIn[line] = image;
                if (writtenCount == written.length) {
                    written = Arrays.copyOf(written, writtenCount * 2);
                    before = Arrays.copyOf(before, before.length * 2);
                }
                memory.read(line, before, writtenCount * FlatMemory.LINE_WORDS);
                written[writtenCount++] = line;
            }
        }
    }

    /** The checker has the memory itself: it may have read and written anything. */
    void everything() {
        untracked = true;
        memory.keepPristine();
    }

    boolean untracked() {
        return untracked;
    }

    int readCount() {
        return readCount;
    }

    /** The i-th line that was read. */
    int read(int i) {
        return read[i];
    }

    /** Takes back what the checker wrote. */
    void restore() {
        for (int i = 0; i < writtenCount; i++) {
            memory.write(written[i], before, i * FlatMemory.LINE_WORDS);
        }
        if (untracked) {
            memory.restore();
        }
    }
}
