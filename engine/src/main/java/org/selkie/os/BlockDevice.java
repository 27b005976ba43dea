// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.nio.file.Path;
import java.util.Optional;

/** What sysfs says about the block device under a file system. */
public final class BlockDevice {
    private static final Path BY_NUMBER = Path.of("/sys/dev/block");

    private BlockDevice() {}

    /**
     * Whether a file system on the device could be mounted with DAX.
     *
     * @param file a file on it
     * @return false too where there is no block device
     */
    public static boolean canDax(FileIdentity file) {
        Path device = BY_NUMBER.resolve(file.deviceMajor() + ":" + file.deviceMinor());
        // A partition has its queue at the whole device, one directory up.
        return says(device.resolve("queue/dax")) || says(device.resolve("../queue/dax"));
    }

    private static boolean says(Path file) {
        return KernelText.readNumber(file).equals(Optional.of(1L));
    }
}
