// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

import java.util.Optional;
import java.util.function.Function;
import org.selkie.os.DaxDevice;
import org.selkie.os.FileStatus;

/**
 * Device-dax: an address is a place on the device, no block map stands between. The owner's lock is all there is to
 * take.
 */
public final class DeviceSeal extends Seal {
    private final long endBytes;
    private final Function<FileStatus, Optional<DaxDevice>> devices;

    private DeviceSeal(SealTarget target, long endBytes, Function<FileStatus, Optional<DaxDevice>> devices) {
        super(SealTier.DEVICE, target);
        this.endBytes = endBytes;
        this.devices = devices;
    }

    /**
     * Notes what is mapped.
     *
     * @param target the device, its range locked by {@link Ownership}
     * @param endBytes where the mapped range ends on the device
     * @param devices finds the device that a file stands for
     * @return the seal
     */
    public static DeviceSeal take(SealTarget target, long endBytes, Function<FileStatus, Optional<DaxDevice>> devices) {
        return new DeviceSeal(target, endBytes, devices);
    }

    @Override
    Optional<String> inspect() {
        Optional<DaxDevice> device = devices.apply(target().handle().status());
        if (device.isEmpty()) {
            return Optional.of("the device is gone: its driver was unbound or its namespace reconfigured");
        }
        long size = device.get().sizeBytes();
        return size < endBytes
                ? Optional.of("the device has " + size + " bytes, less than " + endBytes)
                : Optional.empty();
    }

    @Override
    void letGo() {
        // The lock ends when the extent closes its handle.
    }
}
