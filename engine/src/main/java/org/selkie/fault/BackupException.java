// SPDX-License-Identifier: Apache-2.0
package org.selkie.fault;

/**
 * A backup cannot be used as asked: it is damaged or cut off, a part is missing or out of order, it is another store's, or the
 * store that it would be restored into is not empty. The message says which.
 */
public final class BackupException extends SelkieException {

    private static final long serialVersionUID = 1L;

    public BackupException(String message) {
        super(message);
    }

    public BackupException(String message, Throwable cause) {
        super(message, cause);
    }
}
