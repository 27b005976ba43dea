// SPDX-License-Identifier: Apache-2.0
package org.selkie.fault;

/** The file system, the quota or the huge page pool is full. What was half made has been taken away again. */
public class NoSpaceException extends SystemCallException {
    private static final long serialVersionUID = 1L;

    /**
     * Describes a call that found no space.
     *
     * @param call the name of the call, for example {@code fallocate}
     * @param arguments the arguments as {@code name=value}, separated by commas
     * @param errno the positive error number
     * @param errnoName its symbolic name, for example {@code ENOSPC}
     * @param remedy what the caller can change so that the call succeeds
     */
    public NoSpaceException(String call, String arguments, int errno, String errnoName, String remedy) {
        super(call, arguments, errno, errnoName, remedy);
    }
}
