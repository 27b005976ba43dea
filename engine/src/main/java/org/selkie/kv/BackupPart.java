// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.util.Locale;

/**
 * One file of a backup in a directory.
 *
 * @param number       in the order in which they were written
 * @param fromPosition 0 for one that holds all of the store; else it holds what was changed from there on
 * @param toPosition   up to which it holds everything
 * @param changes      in it
 * @param lengthBytes  of the file
 * @param crc          CRC-32C of the file
 */
public record BackupPart(int number, long fromPosition, long toPosition, long changes, long lengthBytes, int crc) {

    /** Whether it holds all of the store. */
    public boolean isWhole() {
        return fromPosition == 0;
    }

    /** The file's name in the directory. */
    public String fileName() {
        return String.format(Locale.ROOT, "part-%08d.selkie-backup", number);
    }
}
