// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.report;

import org.selkie.crashtest.Violation;
import org.selkie.crashtest.model.FlatMemory;
import org.selkie.crashtest.model.PersistenceModel;
import org.selkie.crashtest.trace.Event;

/** A line, or what else persists together. */
record Place(String region, long offsetBytes, long lengthBytes) {

    static Place of(Violation.Line line) {
        return of(line.place());
    }

    static Place of(Violation.Place place) {
        return new Place(place.region(), place.offsetBytes(), place.lengthBytes());
    }

    /** The first line of a store. */
    static Place of(Event.Store store) {
        return new Place(store.region().name(), store.offsetBytes() & -FlatMemory.LINE_BYTES, FlatMemory.LINE_BYTES);
    }

    boolean contains(Place line) {
        return touches(line.region, line.offsetBytes, line.lengthBytes);
    }

    /** Whether a flush writes it back: as lines, or as the pages that hold a part of the range. */
    boolean isWrittenBackBy(Event.Flush flush, PersistenceModel model) {
        long unit = model.writeBackBytes();
        long from = flush.offsetBytes() & -unit;
        long end = (flush.offsetBytes() + flush.lengthBytes() + unit - 1) & -unit;
        return flush.lengthBytes() > 0 && touches(flush.region().name(), from, end - from);
    }

    boolean touches(String name, long fromBytes, long length) {
        return name.equals(region) && length > 0 && fromBytes < offsetBytes + lengthBytes && fromBytes + length > offsetBytes;
    }

    @Override
    public String toString() {
        return Described.range(region, offsetBytes, lengthBytes);
    }
}
