// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import java.util.Optional;
import org.selkie.os.DaxDevice;
import org.selkie.os.FileStatus;
import org.selkie.os.KernelAbi;

/** How a device is found and mapped; what stands in for one where there is none is another one of these. */
interface DeviceAccess {

    /** The kernel's own: a character device of the dax subsystem, mapped with MAP_SYNC. */
    DeviceAccess KERNEL = new DeviceAccess() {
        @Override
        public Optional<DaxDevice> find(FileStatus status) {
            return DaxDevice.of(status);
        }

        @Override
        public int flags() {
            return KernelAbi.MAP_SHARED_VALIDATE | KernelAbi.MAP_SYNC;
        }
    };

    /** The device that a file stands for; empty where it is none. */
    Optional<DaxDevice> find(FileStatus status);

    /** The flags of its mappings. */
    int flags();
}
