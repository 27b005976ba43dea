// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import java.nio.file.Path;
import java.util.Optional;
import org.selkie.os.DaxDevice;
import org.selkie.os.FileHandle;
import org.selkie.os.FileStatus;
import org.selkie.os.KernelAbi;

/**
 * A file that stands in for a device-dax, which few machines have: everything is as with one but the look into sysfs and the
 * flag MAP_SYNC, which no such file takes.
 */
public final class StandInDevice {

    private StandInDevice() {
    }

    /** What sysfs would say. */
    public static DaxDevice of(Path file, long alignmentBytes) {
        return at(FileHandle.statusOf(file), alignmentBytes).orElseThrow();
    }

    private static Optional<DaxDevice> at(FileStatus status, long alignmentBytes) {
        return status.isRegularFile()
                ? Optional.of(new DaxDevice("stand-in", status.sizeBytes(), alignmentBytes, true)) : Optional.empty();
    }

    /** {@link Extent#openDevice} on the stand-in. */
    public static Extent open(Path file, long offsetBytes, ExtentOptions options, long alignmentBytes) {
        return Opening.device(file, offsetBytes, options, new DeviceAccess() {
            @Override
            public Optional<DaxDevice> find(FileStatus status) {
                return at(status, alignmentBytes);
            }

            @Override
            public int flags() {
                return KernelAbi.MAP_SHARED_VALIDATE;
            }
        });
    }
}
