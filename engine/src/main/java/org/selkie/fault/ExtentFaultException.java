// SPDX-License-Identifier: Apache-2.0
package org.selkie.fault;

/**
 * An access to an extent met memory that is not there: the file was truncated under the mapping, or the medium is
 * damaged (SIGBUS; mmap(2), "ERRORS"). The access did not take place, or only in part.
 */
public final class ExtentFaultException extends SelkieException {

    private static final long serialVersionUID = 1L;

    public ExtentFaultException(String message) {
        super(message);
    }

    public static ExtentFaultException onStore(long address, long lengthBytes) {
        return fault("store", address, lengthBytes);
    }

    public static ExtentFaultException onFlush(long address, long lengthBytes) {
        return fault("flush", address, lengthBytes);
    }

    public static ExtentFaultException onLoad(long address, long lengthBytes) {
        return fault("load", address, lengthBytes);
    }

    private static ExtentFaultException fault(String access, long address, long lengthBytes) {
        return new ExtentFaultException(access + " of " + lengthBytes + " bytes at 0x" + Long.toHexString(address)
                + " faulted: the extent was truncated or its medium is damaged; check the file, then open the pool again");
    }
}
