// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

/** Recovery gives something by which no image can be judged: the test is wrong, not the structure. Ends the exploration. */
final class UnusableStateException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnusableStateException(String message) {
        super(message);
    }
}
