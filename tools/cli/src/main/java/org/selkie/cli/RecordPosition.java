// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import org.jspecify.annotations.Nullable;
import org.selkie.fault.DamagedRecordException;
import org.selkie.fault.SelkieException;
import org.selkie.log.Log;
import org.selkie.log.LogReader;
import org.selkie.log.Visibility;
import picocli.CommandLine.Model.CommandSpec;

/** Positions that a user types: those at which a record begins, and the nearest one for the others. */
final class RecordPosition {
    private RecordPosition() {
    }

    /**
     * Refuses a position where no record begins and the log does not end.
     *
     * @param extentBytes of the pool
     * @return the position
     */
    static long require(CommandSpec spec, Log log, long extentBytes, long position) {
        long start = log.startPosition();
        long end = log.visiblePosition();
        if (position == start || position == end) {
            return position;
        }
        if (position < start || position > end) {
            throw new UnknownNameException(spec, "log " + log.name() + " has no position " + position + ": it holds " + start
                + " to " + end);
        }
        Neighbour neighbour = find(log, extentBytes, position);
        if (neighbour.beginsThere()) {
            return position;
        }
        throw new UnknownNameException(spec, "no record of log " + log.name() + " begins at position " + position + "; "
            + neighbour.words());
    }

    /** What was met on the way to a position. */
    private record Neighbour(boolean beginsThere, String words) {
    }

    /** Walks there from the beginning of the extent: only a walk knows where records begin. */
    private static Neighbour find(Log log, long extentBytes, long position) {
        LogReader reader = log.reader(Visibility.VISIBLE)
            .seek(Math.max(log.startPosition(), position / extentBytes * extentBytes));
        while (true) {
            @Nullable SelkieException damage = null;
            try {
                if (!reader.next()) {
                    return new Neighbour(false, "the log ends at " + reader.nextPosition());
                }
            } catch (DamagedRecordException e) {
                damage = e;
            }
            if (damage != null) {
                if (reader.nextPosition() == position) {
                    // Something is wrong with the record itself; whoever reads it says what.
                    return new Neighbour(true, "");
                }
                reader.skipDamaged();
            } else if (reader.position() == position) {
                return new Neighbour(true, "");
            } else if (reader.position() > position) {
                return new Neighbour(false, "the next one begins at " + reader.position());
            } else if (reader.nextPosition() > position) {
                return new Neighbour(false,
                    "the one at " + reader.position() + " reaches to " + reader.nextPosition());
            }
        }
    }
}
