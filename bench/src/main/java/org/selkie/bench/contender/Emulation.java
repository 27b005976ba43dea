// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.contender;

/**
 * A device that is not there: what it adds to each fence, and how many bytes it takes a second. Memory itself is slower or
 * faster than the device's own; only the difference that a source names is added.
 *
 * @param name              as it is asked for
 * @param fenceNanos        added to each fence
 * @param writeBytesASecond that all threads together can have; 0 for as many as memory takes
 * @param source            where the figures come from
 */
public record Emulation(String name, long fenceNanos, long writeBytesASecond, String source) {

    /** Nothing added: memory plays the device. */
    public static final Emulation NONE = new Emulation("none", 0, 0, "");

    /** Whether anything is added. */
    public boolean slowsDown() {
        return fenceNanos > 0 || writeBytesASecond > 0;
    }

    /** One clause for a reader. */
    public String words() {
        if (!slowsDown()) {
            return "EMULATED: memory plays the device, nothing added";
        }
        return "EMULATED: " + name + ", " + fenceNanos + " ns added to each fence"
                + (writeBytesASecond == 0 ? "" : ", at most " + writeBytesASecond / 1_000_000 + " MB/s written");
    }
}
