// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.util.List;
import org.selkie.crashtest.trace.Event;

/**
 * An image that the checker refused, made as simple as could be.
 *
 * @param crashEvent number of the event before which the crash came
 * @param thrown     what the checker threw
 * @param missing    whether {@code lines} are the ones that lack something, and all others have everything; otherwise they
 *                   are the ones that have something, and all others have nothing of what is pending
 * @param lines      the smallest set of lines found that breaks it
 */
public record Violation(int crashEvent, Throwable thrown, boolean missing, List<Line> lines) {

    public Violation {
        lines = List.copyOf(lines);
    }

    /**
     * A line, or what else persists together, of an image.
     *
     * @param region      by name
     * @param offsetBytes of its beginning in the region
     * @param lost        stores that were pending and did not persist
     * @param kept        stores that were pending and did
     */
    public record Line(String region, long offsetBytes, List<Event.Store> lost, List<Event.Store> kept) {
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("violation: " + thrown + "\n  crash before event #" + crashEvent + ", with "
                + (lines.isEmpty() ? missing ? "everything persisted" : "nothing pending persisted"
                        : missing ? "all persisted but for" : "nothing pending persisted but"));
        for (Line line : lines) {
            text.append("\n    line ").append(line.region()).append('[').append(line.offsetBytes()).append("]:");
            line.kept().forEach(store -> text.append("\n      kept ").append(store));
            line.lost().forEach(store -> text.append("\n      lost ").append(store));
        }
        return text.toString();
    }
}
