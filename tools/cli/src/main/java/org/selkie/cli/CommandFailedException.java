// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

/** The work could not be done, for a reason that the message says in the command's own words. */
final class CommandFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CommandFailedException(String message) {
        super(message);
    }

    CommandFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
