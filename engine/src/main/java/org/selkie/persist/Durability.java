// SPDX-License-Identifier: Apache-2.0
package org.selkie.persist;

/** What an acknowledged write survives. The first is the stronger one. */
public enum Durability {
    /** Loss of power, a kernel panic, and everything below. */
    POWER_FAILURE,
    /** The death of the process at any instruction (kill -9), not the loss of power: the emulation of a device. */
    PROCESS_CRASH;

    /** Whether this level keeps what {@code required} asks for. */
    public boolean satisfies(Durability required) {
        return compareTo(required) <= 0;
    }
}
