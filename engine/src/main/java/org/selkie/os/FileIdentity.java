// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

/**
 * Which inode a handle stands for. The time of birth tells a file from a later one that got the same number.
 *
 * @param deviceMajor major number of the file system's device
 * @param deviceMinor minor number of the file system's device
 * @param inode the inode's number
 * @param birthNanos when the inode was made, in nanoseconds since 1970; 0 where the file system does not say
 */
public record FileIdentity(int deviceMajor, int deviceMinor, long inode, long birthNanos) {

    /**
     * The name of the inode in {@code /proc/locks}.
     *
     * @return major and minor in hexadecimal, the inode in decimal, between colons
     */
    public String inLockTable() {
        return String.format("%02x:%02x:%d", deviceMajor, deviceMinor, inode);
    }
}
