// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import org.selkie.fault.NoSpaceException;
import org.selkie.fault.SystemCallException;

/** Turns a negative result into the typed exception, with the remedy that fits the errno. */
final class Refusal {
    private Refusal() {}

    /** Returns the result where it is no failure; throws with the usual remedy for its errno otherwise. */
    static long check(long result, String call, String arguments) {
        if (result < 0) {
            throw of((int) -result, call, arguments);
        }
        return result;
    }

    /** The exception for an errno, with the usual remedy. */
    static SystemCallException of(int errno, String call, String arguments) {
        return of(errno, call, arguments, remedy(errno, call));
    }

    /** The exception for an errno, with a remedy of the caller's own. */
    static SystemCallException of(int errno, String call, String arguments, String remedy) {
        if (errno == Errno.ENOSPC || errno == Errno.EDQUOT) {
            return new NoSpaceException(call, arguments, errno, Errno.name(errno), remedy);
        }
        return new SystemCallException(call, arguments, errno, Errno.name(errno), remedy);
    }

    private static String remedy(int errno, String call) {
        return switch (errno) {
            case Errno.EPERM -> "not permitted: the file is immutable (lsattr) or sealed, or a capability is missing";
            case Errno.ENOENT -> "no such file or directory: create the directory or correct the path";
            case Errno.EIO, Errno.EHWPOISON -> "the medium reports an error: see the kernel log, replace the medium";
            case Errno.ENXIO -> "no device behind the file: see that its driver is loaded";
            case Errno.EAGAIN -> "somebody else holds a lock or a lease on the file: close it there first";
            case Errno.ENOMEM -> "no memory or too many mappings: raise vm.max_map_count or the memory limit";
            case Errno.EACCES -> "permission denied: give this user the right to the file and its directories";
            case Errno.EFAULT -> "a page cannot be had: the file ends before it, or its pool of huge pages is empty";
            case Errno.EBUSY -> "the file or device is in use: close its other users first";
            case Errno.EEXIST -> "the file exists already: open it, or choose another name";
            case Errno.ENODEV -> "the file cannot be mapped: put it on ext4, xfs or tmpfs";
            case Errno.ENOTDIR -> "a part of the path is not a directory: correct the path";
            case Errno.EISDIR -> "the path is a directory: name a file in it";
            case Errno.ENFILE -> "the system is out of file handles: raise fs.file-max";
            case Errno.EMFILE -> "the process is out of file handles: raise ulimit -n";
            case Errno.ENOTTY, Errno.EOPNOTSUPP -> "the file system does not support it: ext4 and xfs support most";
            case Errno.ETXTBSY -> "the file is sealed, a swap file, or a running program: release that first";
            case Errno.EFBIG -> "the file would be too large: make the extent smaller or raise ulimit -f";
            case Errno.ENOSPC -> "the file system is full: free space on it or make the extent smaller";
            case Errno.EDQUOT -> "the quota is used up: raise it or make the extent smaller";
            case Errno.EROFS -> "the file system is read-only: mount it read-write or choose another directory";
            case Errno.ELOOP -> "the path is a symbolic link, which is not followed: name the file itself";
            case Errno.ENAMETOOLONG -> "the name is too long: shorten it";
            case Errno.ENOSYS -> "the kernel lacks the call: Linux 5.14 or later has it";
            default -> "see " + call + "(2) for what it means here";
        };
    }
}
