// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.Operation;

/**
 * An image that was refused, made as simple as could be.
 *
 * @param crashEvent   number of the event before which the crash came
 * @param next         that event, null when the crash came after all
 * @param thrown       what recovery or the checker threw
 * @param acknowledged operations that had been acknowledged
 * @param inFlight     operations that had begun
 * @param missing      whether {@code lines} lack something, and all others have everything; otherwise they have something,
 *                     and all others have nothing of what is pending
 * @param lines        the smallest set of lines found that breaks it
 * @param others       all other lines with pending stores
 * @param damaged      the line with a media error, or null
 * @param image        the regions' bytes, by name
 */
public record Violation(int crashEvent, @Nullable Event next, Throwable thrown, List<Operation> acknowledged,
        List<Operation> inFlight, boolean missing, List<Line> lines, List<Line> others, @Nullable Place damaged,
        Map<String, byte[]> image) {

    public Violation {
        acknowledged = List.copyOf(acknowledged);
        inFlight = List.copyOf(inFlight);
        lines = List.copyOf(lines);
        others = List.copyOf(others);
        image = Map.copyOf(image);
    }

    /**
     * A range of a region.
     *
     * @param region      by name
     * @param offsetBytes in the region
     */
    public record Place(String region, long offsetBytes, long lengthBytes) {

        @Override
        public String toString() {
            return region + "[" + offsetBytes + ", +" + lengthBytes + "]";
        }
    }

    /**
     * A line, or what else persists together.
     *
     * @param lost pending stores of which something did not persist
     * @param kept pending stores that did
     */
    public record Line(Place place, List<Loss> lost, List<Event.Store> kept) {

        public Line {
            lost = List.copyOf(lost);
            kept = List.copyOf(kept);
        }
    }

    /**
     * A store that did not persist.
     *
     * @param field what it is in the layout, or its place
     * @param why   which flush or fence it would have needed
     */
    public record Loss(Event.Store store, String field, String why) {
    }

    /** One of which nobody wants to know more than that it is there. */
    static Violation unexplained(Moment moment, Throwable thrown) {
        return new Violation(moment.event(), null, thrown, moment.acknowledged(), moment.inFlight(), true, List.of(), List.of(),
                null, Map.of());
    }

    /** What to show to a person: all of it. */
    @Override
    public String toString() {
        return ViolationText.of(this);
    }

    /** The bytes of a region in this image. */
    public byte[] image(String region) {
        byte[] bytes = image.get(region);
        return bytes == null ? new byte[0] : Arrays.copyOf(bytes, bytes.length);
    }
}
