// SPDX-License-Identifier: Apache-2.0
package org.selkie.fault;

/**
 * A payload could not be read: it lies in a mapping whose file was truncated, or whose medium is damaged (SIGBUS; mmap(2),
 * "ERRORS"). Nothing was appended, and the log goes on.
 */
public final class PayloadFaultException extends SelkieException {

    private static final long serialVersionUID = 1L;

    public PayloadFaultException(String message) {
        super(message);
    }

    public static PayloadFaultException onLoad(long address, long lengthBytes) {
        return new PayloadFaultException("load of a payload of " + lengthBytes + " bytes at 0x" + Long.toHexString(address)
                + " faulted: the file that it is mapped from was truncated or its medium is damaged; nothing was appended, check"
                + " that file and append again");
    }
}
