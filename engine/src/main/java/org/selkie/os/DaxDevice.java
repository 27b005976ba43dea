// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What sysfs says about a /dev/dax character device, which has no length of its own and answers no read.
 *
 * @param name for example {@code dax0.0}
 * @param sizeBytes how much it maps
 * @param alignmentBytes what offset and length of a mapping must be multiples of
 * @param persistent whether it lies on an nvdimm bus; memory that the firmware merely set aside forgets with the power
 */
public record DaxDevice(String name, long sizeBytes, long alignmentBytes, boolean persistent) {
    private static final Path BY_NUMBER = Path.of("/sys/dev/char");
    private static final String NVDIMM_BUS = "/ndbus";

    /**
     * Finds the device behind a device file.
     *
     * @param status the status of the device file
     * @return empty where it is no device-dax
     */
    public static Optional<DaxDevice> of(FileStatus status) {
        return status.isCharacterDevice()
            ? at(BY_NUMBER.resolve(status.deviceMajor() + ":" + status.deviceMinor()))
            : Optional.empty();
    }

    static Optional<DaxDevice> at(Path inSysfs) {
        try {
            Path device = inSysfs.toRealPath();
            if (!"dax".equals(device.resolve("subsystem").toRealPath().getFileName().toString())) {
                return Optional.empty();
            }
            // Linux before 5.10 says nothing about the alignment; 2 MiB is what every architecture defaults to.
            long alignment = KernelText.readNumber(device.resolve("align")).orElse(Linux.HUGE_PAGE_BYTES);
            return KernelText.readNumber(device.resolve("size")).map(size -> new DaxDevice(
                device.getFileName().toString(),
                size,
                alignment,
                device.toString().contains(NVDIMM_BUS)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
