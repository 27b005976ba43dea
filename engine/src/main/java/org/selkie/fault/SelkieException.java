// SPDX-License-Identifier: Apache-2.0
package org.selkie.fault;

import java.util.Objects;

/**
 * The root of everything that Selkie throws on purpose.
 *
 * <p>Unchecked, because a caller can rarely do more than report it. The message is one lower-case line that names what
 * was tried, what was found and what would help; whoever wants to react to one kind catches the subclass.
 */
public class SelkieException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * An error that Selkie found by itself.
     *
     * @param message what was tried, what was found, what would help
     */
    public SelkieException(String message) {
        super(message);
    }

    /**
     * An error with another one beneath it.
     *
     * @param message what was tried, what was found, what would help
     * @param cause the error beneath
     */
    public SelkieException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * What was tried, what was found, what would help.
     *
     * @return one line, never null
     */
    @Override
    public String getMessage() {
        return Objects.requireNonNullElse(super.getMessage(), "");
    }
}
