// SPDX-License-Identifier: Apache-2.0
package org.selkie.format;

import org.selkie.fault.PoolFormatException;

/** The version of what is on media: a reader refuses a higher major version and reads a higher minor one. */
public record FormatVersion(int major, int minor) {

    /** What this engine writes. */
    public static final FormatVersion CURRENT = new FormatVersion(1, 0);

    void requireReadable(String what) {
        if (major != CURRENT.major) {
            throw new PoolFormatException(what + " is of format version " + this + ", this engine reads " + CURRENT.major
                    + ".x; open it with the engine that wrote it");
        }
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
