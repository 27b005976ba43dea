// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.time.Duration;

/**
 * How far an exploration is.
 *
 * @param explored    times that recovery or the checker ran
 * @param budget      how many it may be
 * @param pointsDone  crash points that were looked at, in this round
 * @param points      crash points of the trace
 * @param violations  found so far
 * @param elapsed     since the beginning
 */
public record Progress(long explored, long budget, int pointsDone, int points, int violations, Duration elapsed) {

    @Override
    public String toString() {
        return explored + " images at " + pointsDone + " of " + points + " crash points, " + violations + " violations, "
                + elapsed.toSeconds() + " s";
    }
}
