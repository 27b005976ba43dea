// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.trace;

/**
 * One operation of the code under test, from its beginning to its acknowledgement: what an oracle reasons about.
 *
 * @param number      in the order of beginning, from 0
 * @param thread      that began it, as numbered by the recorder
 * @param beganAt     number of the event with which it began
 * @param description whatever the test wants to know of it again, such as the value that was put
 */
public record Operation(int number, int thread, int beganAt, Object description) {

    Operation beginningAt(int event) {
        return new Operation(number, thread, event, description);
    }

    @Override
    public String toString() {
        return "operation " + number + " (" + description + ")";
    }
}
