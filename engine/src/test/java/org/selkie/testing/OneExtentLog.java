// SPDX-License-Identifier: Apache-2.0
package org.selkie.testing;

import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.selkie.extent.Extent;
import org.selkie.extent.ExtentOptions;
import org.selkie.format.ExtentHeader;
import org.selkie.format.FormattedExtent;
import org.selkie.log.Log;
import org.selkie.log.LogOpener;
import org.selkie.log.LogOptions;
import org.selkie.log.RecoveryMode;
import org.selkie.persist.Durability;

/** A log on one file, whose header has nothing of chance in it: no pool, no clock. */
public final class OneExtentLog implements AutoCloseable {

    public static final UUID POOL_ID = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    public static final int NUMBER = 7;
    public static final long GENERATION = 0x0102030405L;
    public static final long CREATED_MILLIS = 1_700_000_000_000L;

    private final FormattedExtent extent;
    private final LogOpener opener;

    private OneExtentLog(FormattedExtent extent, LogOpener opener) {
        this.extent = extent;
        this.opener = opener;
    }

    /** Makes the file, for a place in the log. */
    public static OneExtentLog create(Path file, long extentBytes, String name, long sequence) {
        Extent made = Extent.create(file,
                ExtentOptions.ofLength(extentBytes).withRequiredDurability(Durability.PROCESS_CRASH));
        ExtentHeader free = ExtentHeader.free(POOL_ID, NUMBER, GENERATION, extentBytes);
        FormattedExtent formatted = new FormattedExtent(made, made.persister(), free);
        formatted.reformat(free);
        formatted.reformat(free.assignedTo(name, CREATED_MILLIS, sequence));
        if (sequence > 0) {
            formatted.writeTrim(formatted.header().firstPosition());
        }
        return new OneExtentLog(formatted,
                LogOpener.examine(name, List.of(formatted), RecoveryMode.STRICT, false, false).recover(new NoMoreExtents()));
    }

    public Log log() {
        return opener.open(LogOptions.forSingleWriter());
    }

    @Override
    public void close() {
        opener.close();
        extent.extent().close();
    }
}
