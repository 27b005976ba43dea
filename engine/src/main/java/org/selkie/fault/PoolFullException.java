// SPDX-License-Identifier: Apache-2.0
package org.selkie.fault;

/** There is no room for another extent. Nothing was lost; reads go on, and so do writes once there is room again. */
public final class PoolFullException extends SelkieException {

    private static final long serialVersionUID = 1L;

    public PoolFullException(String message) {
        super(message);
    }

    public PoolFullException(String message, Throwable cause) {
        super(message, cause);
    }
}
