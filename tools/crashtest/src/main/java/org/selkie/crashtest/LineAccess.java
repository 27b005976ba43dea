// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.util.Arrays;
import org.selkie.crashtest.model.CrashCase;
import org.selkie.crashtest.model.FlatMemory;

/** Which lines of an image a checker read, in the order of first reading, and what was in those that it wrote. */
final class LineAccess {

    private static final int LINE_SHIFT = 6;

    private final ImageMemory memory;
    private final Workspace.Watched watched;
    private final int[] readIn;
    private final int[] writtenIn;
    private int[] read = new int[64];
    private int readCount;
    private int[] written = new int[16];
    private long[] before = new long[16 * FlatMemory.LINE_WORDS];
    private int writtenCount;
    private int image;
    private boolean untracked;
    private int damagedLine = CrashCase.NONE;

    LineAccess(ImageMemory memory, Workspace.Watched watched) {
        this.memory = memory;
        this.watched = watched;
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

    /** A load from this line fails. */
    void damaged(int line) {
        damagedLine = line;
    }

    void read(long flatBytes, long lengthBytes) {
        int first = (int) (flatBytes >>> LINE_SHIFT);
        int last = (int) ((flatBytes + lengthBytes - 1) >>> LINE_SHIFT);
        if (first != last || readIn[first] != image || watched.expired) {
            readAnew(first, last);
        }
    }

    private void readAnew(int first, int last) {
        if (watched.expired) {
            throw new RecoveryTimeoutException("this image took too long");
        }
        for (int line = first; line <= last; line++) {
            if (readIn[line] != image) {
                readIn[line] = image;
                if (readCount == read.length) {
                    read = Arrays.copyOf(read, readCount * 2);
                }
                read[readCount++] = line;
            }
            if (line == damagedLine) {
                // Fails again when it is read again.
                readIn[line] = 0;
                throw new MediaErrorException("load from line " + line + " failed: this crash state includes a media error "
                        + "there; report the loss, or recover without it");
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

    /** Whether the checker wrote anything. */
    boolean wrote() {
        return writtenCount > 0 || (untracked && memory.isChanged());
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
