// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import java.nio.file.Path;
import org.selkie.fault.SystemCallException;
import org.selkie.os.Errno;
import org.selkie.os.FileHandle;
import org.selkie.os.KernelAbi;

/** A file without a name, to try things on: gone when it is closed, also when the process dies. */
final class Scratch {
    private Scratch() {}

    /** Makes one in a directory. */
    static FileHandle in(Path directory) {
        try {
            return FileHandle.open(directory, KernelAbi.O_TMPFILE | KernelAbi.O_RDWR);
        } catch (SystemCallException e) {
            // Network file systems have no O_TMPFILE; a kernel before 3.11 takes it for an open of the directory.
            if (e.errno() != Errno.EOPNOTSUPP && e.errno() != Errno.EISDIR && e.errno() != Errno.ENOENT) {
                throw e;
            }
            return named(directory);
        }
    }

    private static FileHandle named(Path directory) {
        Path name = directory.resolve(".selkie-probe-" + ProcessHandle.current().pid() + "-" + System.nanoTime());
        FileHandle handle = FileHandle.open(name, KernelAbi.O_RDWR | KernelAbi.O_CREAT | KernelAbi.O_EXCL);
        FileHandle.unlink(name);
        return handle;
    }
}
