// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

/**
 * The error numbers of Linux that Selkie looks at, and the names of all of them.
 *
 * <p>Values from {@code <asm-generic/errno-base.h>} and {@code <asm-generic/errno.h>}, which x86-64 and AArch64 share;
 * errno(3).
 */
public final class Errno {
    /** Value 1: operation not permitted. */
    public static final int EPERM = 1;

    /** Value 2: no such file or directory. */
    public static final int ENOENT = 2;

    /** Value 4: interrupted by a signal. */
    public static final int EINTR = 4;

    /** Value 5: input or output error. */
    public static final int EIO = 5;

    /** Value 6: no such device or address. */
    public static final int ENXIO = 6;

    /** Value 11: try again; somebody holds a lock or a lease. */
    public static final int EAGAIN = 11;

    /** Value 12: out of memory or of mappings. */
    public static final int ENOMEM = 12;

    /** Value 13: permission denied. */
    public static final int EACCES = 13;

    /** Value 14: bad address. */
    public static final int EFAULT = 14;

    /** Value 16: device or resource busy. */
    public static final int EBUSY = 16;

    /** Value 17: the file exists. */
    public static final int EEXIST = 17;

    /** Value 19: no such device, or no mmap for it. */
    public static final int ENODEV = 19;

    /** Value 20: not a directory. */
    public static final int ENOTDIR = 20;

    /** Value 21: is a directory. */
    public static final int EISDIR = 21;

    /** Value 22: invalid argument. */
    public static final int EINVAL = 22;

    /** Value 23: the system is out of file handles. */
    public static final int ENFILE = 23;

    /** Value 24: the process is out of file handles. */
    public static final int EMFILE = 24;

    /** Value 25: the ioctl is unknown to this file. */
    public static final int ENOTTY = 25;

    /** Value 26: the file is busy: what a kernel with MAP_DIRECT answers for a sealed one. */
    public static final int ETXTBSY = 26;

    /** Value 27: the file is too large. */
    public static final int EFBIG = 27;

    /** Value 28: no space left on the device. */
    public static final int ENOSPC = 28;

    /** Value 30: read-only file system. */
    public static final int EROFS = 30;

    /** Value 36: the name is too long. */
    public static final int ENAMETOOLONG = 36;

    /** Value 38: the call does not exist in this kernel. */
    public static final int ENOSYS = 38;

    /** Value 40: a symbolic link where none is followed. */
    public static final int ELOOP = 40;

    /** Value 95: not supported here. */
    public static final int EOPNOTSUPP = 95;

    /** Value 122: the quota is used up. */
    public static final int EDQUOT = 122;

    /** Value 133: the page has a hardware error. */
    public static final int EHWPOISON = 133;

    // In the order of the numbers, the first is 1; a dash is a number that Linux does not use.
    private static final String[] NAMES = """
            EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT ENOTBLK EBUSY
            EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK
            EPIPE EDOM ERANGE EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP - ENOMSG EIDRM ECHRNG EL2NSYNC EL3HLT
            EL3RST ELNRNG EUNATCH ENOCSI EL2HLT EBADE EBADR EXFULL ENOANO EBADRQC EBADSLT - EBFONT ENOSTR ENODATA ETIME
            ENOSR ENONET ENOPKG EREMOTE ENOLINK EADV ESRMNT ECOMM EPROTO EMULTIHOP EDOTDOT EBADMSG EOVERFLOW ENOTUNIQ
            EBADFD EREMCHG ELIBACC ELIBBAD ELIBSCN ELIBMAX ELIBEXEC EILSEQ ERESTART ESTRPIPE EUSERS ENOTSOCK
            EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT ESOCKTNOSUPPORT EOPNOTSUPP EPFNOSUPPORT
            EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN ENETUNREACH ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN
            ENOTCONN ESHUTDOWN ETOOMANYREFS ETIMEDOUT ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY EINPROGRESS ESTALE
            EUCLEAN ENOTNAM ENAVAIL EISNAM EREMOTEIO EDQUOT ENOMEDIUM EMEDIUMTYPE ECANCELED ENOKEY EKEYEXPIRED
            EKEYREVOKED EKEYREJECTED EOWNERDEAD ENOTRECOVERABLE ERFKILL EHWPOISON
            """.trim().split("\\s+", -1);

    private Errno() {}

    /**
     * The symbolic name of an error number.
     *
     * @param errno a positive error number
     * @return for example {@code ENOSPC}; {@code errno 4711} where Linux has no such number
     */
    public static String name(int errno) {
        boolean known = errno >= 1 && errno <= NAMES.length && !"-".equals(NAMES[errno - 1]);
        return known ? NAMES[errno - 1] : "errno " + errno;
    }
}
