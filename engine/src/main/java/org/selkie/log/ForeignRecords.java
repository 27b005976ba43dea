// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.util.ArrayList;
import java.util.List;
import org.selkie.fault.DamagedRecordException;
import org.selkie.fault.ExtentFaultException;
import org.selkie.fault.PositionException;
import org.selkie.format.RecordLayout;

/** Tells users' records from stores': whose a log is, and what a user appended to a store's, as an earlier version let him. */
final class ForeignRecords {

    private static final int MOST = 256;

    private final LogState log;

    ForeignRecords(LogState log) {
        this.log = log;
    }

    /** Whose the first record is that can be read. */
    LogKind kind() {
        LogReader reader = new LogReader(log, Visibility.VISIBLE);
        return !next(reader) ? LogKind.EMPTY : reader.type() == RecordLayout.DATA ? LogKind.USER : LogKind.STORE;
    }

    /** The first users' records in a store's log. Passes what is damaged: opening has said so. */
    List<Finding> find() {
        List<Finding> found = new ArrayList<>();
        LogReader reader = new LogReader(log, Visibility.VISIBLE);
        while (found.size() < MOST && next(reader)) {
            if (reader.type() == RecordLayout.DATA) {
                found.add(finding(reader));
            }
        }
        return found;
    }

    private static boolean next(LogReader reader) {
        while (true) {
            try {
                return reader.next();
            } catch (DamagedRecordException | ExtentFaultException e) {
                if (reader.skipDamaged() == 0) {
                    throw e;
                }
            } catch (PositionException e) {
                // Another process has trimmed it meanwhile; where it has trimmed all that is known here, there is no further.
                long before = reader.nextPosition();
                if (reader.seekToStart().nextPosition() <= before) {
                    throw e;
                }
            }
        }
    }

    private Finding finding(LogReader reader) {
        long position = reader.position();
        LogExtent extent = log.chain.at(position);
        String where = extent == null ? "log " + log.name : extent.toString();
        return new Finding(Finding.Kind.FOREIGN_RECORD, where, position & (log.extentBytes - 1), position,
                RecordLayout.recordBytes(reader.lengthBytes()), "a user's record in the log of store " + log.name
                + ", which opens with RecoveryMode.SALVAGE only; selkie log cat shows the record");
    }
}
