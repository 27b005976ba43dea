// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.model;

/** A line's part in the hash of an image, which is the sum over its lines: a changed line changes it by a difference. */
public final class LineHash {

    private LineHash() {
    }

    /** Of a line's number and eight words. */
    public static long of(int line, long[] words, int from) {
        long hash = (line + 1) * 0x9E3779B97F4A7C15L;
        for (int i = from; i < from + FlatMemory.LINE_WORDS; i++) {
            hash = mix(hash ^ words[i]);
        }
        return hash;
    }

    /** Stafford's variant 13 of the finalizer of MurmurHash3: every bit of the input changes half of the output's. */
    public static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
