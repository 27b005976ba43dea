// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

/** The seals of a memfd: properties of the inode that are only ever added; there is no way to take one off again. */
public final class MemfdSeals {
    private MemfdSeals() {}

    /**
     * Adds seals.
     *
     * @param handle the memfd
     * @param seals the {@code F_SEAL_*} bits
     * @return 0, or the errno: EINVAL on any other file or for an unknown seal, EPERM where F_SEAL_SEAL is set
     */
    public static int tryAdd(FileHandle handle, int seals) {
        return (int) -Math.min(0, LibC.fcntl(handle.fd(), KernelAbi.F_ADD_SEALS, seals));
    }

    /**
     * The seals that are set.
     *
     * @param handle the memfd
     * @return the {@code F_SEAL_*} bits
     */
    public static int get(FileHandle handle) {
        return (int) handle.check(LibC.fcntl(handle.fd(), KernelAbi.F_GET_SEALS, 0L), "fcntl", "F_GET_SEALS");
    }
}
