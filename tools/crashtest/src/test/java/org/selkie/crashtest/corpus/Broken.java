// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

/** What the corpus' checker throws, so that a test can tell the ways to break apart. */
final class Broken extends AssertionError {

    private static final long serialVersionUID = 1L;

    final Finding finding;

    Broken(Finding finding, String detail, Throwable cause) {
        super(finding.phrase + ": " + detail, cause);
        this.finding = finding;
    }
}
