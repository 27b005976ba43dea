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
    /** What was read is not known. */
    private boolean untracked;
    /** What was written is found by comparing. */
    private boolean exposed;
    private int damagedLine = CrashCase.NONE;
    /** Something but a line was asked for since {@link #begin} or {@link #check}, and how many lines had been by then. */
    private boolean asked;
    private int readBefore;

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
        exposed = false;
        asked = false;
        readBefore = 0;
    }

    /** From now on the checker reads: what recovery has read counts as read again when the checker reads it too. */
    void check() {
        image++;
        asked = false;
        readBefore = readCount;
        // A line that recovery wrote has its old content already.
        for (int i = 0; i < writtenCount; i++) {
            writtenIn[written[i]] = image;
        }
    }

    /** Whether anything of the image was looked at, since its beginning or since the checker has it. */
    boolean asked() {
        return asked || readCount > readBefore;
    }

    /** The answer depends on more than the lines. */
    void ask() {
        asked = true;
    }

    /** Whether what is in a line was looked at, since the beginning. */
    boolean wasRead() {
        return readCount > 0 || exposed;
    }

    /** A load from this line fails. */
    void damaged(int line) {
        damagedLine = line;
    }

    void read(long flatBytes, long lengthBytes) {
        int first = (int) (flatBytes >>> LINE_SHIFT);
        int last = (int) ((flatBytes + lengthBytes - 1) >>> LINE_SHIFT);
        if (first != last || readIn[first] != image || first == damagedLine || watched.expired) {
            readAnew(first, last);
        }
    }

    private void readAnew(int first, int last) {
        if (watched.expired) {
            throw new RecoveryTimeoutException("this image took too long");
        }
        for (int line = first; line <= last; line++) {
            see(line);
            if (line == damagedLine) {
                throw new MediaErrorException("load from line " + line + " failed: this crash state includes a media error "
                        + "there; report the loss, or recover without it");
            }
        }
    }

    /** Somebody sees what is in a range, and a media error does not stop him. */
    void see(long flatBytes, long lengthBytes) {
        int last = (int) ((flatBytes + lengthBytes - 1) >>> LINE_SHIFT);
        for (int line = (int) (flatBytes >>> LINE_SHIFT); line <= last; line++) {
            see(line);
        }
    }

    private void see(int line) {
        if (readIn[line] != image) {
            readIn[line] = image;
            if (readCount == read.length) {
                read = Arrays.copyOf(read, readCount * 2);
            }
            read[readCount++] = line;
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
        return writtenCount > 0 || (exposed && memory.isChanged());
    }

    /** The checker has the memory itself: it may have read and written anything. */
    void everything() {
        untracked = true;
        expose();
    }

    /** The checker has the memory itself, and says what it reads. */
    void expose() {
        exposed = true;
        asked = true;
        memory.keepPristine();
    }

    /** Whether somebody has the memory itself, so that not every look at it is known. */
    boolean exposed() {
        return exposed;
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
        if (exposed) {
            memory.restore();
        }
    }
}
