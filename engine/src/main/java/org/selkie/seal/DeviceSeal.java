// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

import java.util.Optional;
import org.selkie.os.DaxDevice;

/**
 * Device-dax: an address is a place on the device, no block map stands between. The owner's lock is all there is to
 * take.
 */
public final class DeviceSeal extends Seal {
    private final long endBytes;

    private DeviceSeal(SealTarget target, long endBytes) {
        super(SealTier.DEVICE, target);
        this.endBytes = endBytes;
    }

    /**
     * Notes what is mapped.
     *
     * @param target the device, its range locked by {@link Ownership}
     * @param endBytes where the mapped range ends on the device
     * @return the seal
     */
    public static DeviceSeal take(SealTarget target, long endBytes) {
        return new DeviceSeal(target, endBytes);
    }

    @Override
    Optional<String> inspect() {
        Optional<DaxDevice> device = DaxDevice.of(target().handle().status());
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
