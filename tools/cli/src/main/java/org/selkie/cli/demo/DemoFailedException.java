// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli.demo;

/** The demo could not be carried out: nothing is said about records then. */
public final class DemoFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DemoFailedException(String message) {
        super(message);
    }
}
