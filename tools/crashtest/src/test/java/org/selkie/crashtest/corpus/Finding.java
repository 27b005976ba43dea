// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

/** In which way a structure breaks. */
enum Finding {
    /** Something acknowledged is not there: what is found is an earlier state. */
    LOST("an acknowledged operation is lost"),
    /** What is found no sequence of operations makes: torn, half done, or done twice. */
    NEVER_WAS("a state that never was"),
    /** Recovery gives up. */
    UNREADABLE("recovery fails"),
    /** Recovery itself was interrupted, or ran twice, and something else came out. */
    UNREPEATABLE("recovery cannot be repeated");

    final String phrase;

    Finding(String phrase) {
        this.phrase = phrase;
    }
}
