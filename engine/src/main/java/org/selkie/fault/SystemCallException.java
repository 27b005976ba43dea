// SPDX-License-Identifier: Apache-2.0
package org.selkie.fault;

/**
 * The kernel refused a call: which one, with which arguments, with which errno, and what would help.
 *
 * <p>The message reads {@code mmap(length=4096, flags=MAP_SHARED_VALIDATE|MAP_SYNC) = EOPNOTSUPP; the remedy}.
 */
public class SystemCallException extends SelkieException {
    private static final long serialVersionUID = 1L;

    private final String call;
    private final String arguments;
    private final int errno;
    private final String errnoName;
    private final String remedy;

    /**
     * Describes a refused call.
     *
     * @param call the name of the call, for example {@code fallocate}
     * @param arguments the arguments as {@code name=value}, separated by commas
     * @param errno the positive error number
     * @param errnoName its symbolic name, for example {@code ENOSPC}
     * @param remedy what the caller can change so that the call succeeds
     */
    public SystemCallException(String call, String arguments, int errno, String errnoName, String remedy) {
        super(call + "(" + arguments + ") = " + errnoName + "; " + remedy);
        this.call = call;
        this.arguments = arguments;
        this.errno = errno;
        this.errnoName = errnoName;
        this.remedy = remedy;
    }

    /**
     * The refused call.
     *
     * @return its name, for example {@code mmap}
     */
    public final String call() {
        return call;
    }

    /**
     * What the call was given.
     *
     * @return the arguments as {@code name=value}, separated by commas
     */
    public final String arguments() {
        return arguments;
    }

    /**
     * The error number.
     *
     * @return a positive errno
     */
    public final int errno() {
        return errno;
    }

    /**
     * The symbolic name of the error number.
     *
     * @return for example {@code EACCES}
     */
    public final String errnoName() {
        return errnoName;
    }

    /**
     * What would make the call succeed.
     *
     * @return one clause, lower case
     */
    public final String remedy() {
        return remedy;
    }
}
