// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.selkie.ImagePool;
import org.selkie.crashtest.CrashImage;
import org.selkie.crashtest.engine.Recovered.Entry;
import org.selkie.format.ExtentHeader;
import org.selkie.log.RecoveryMode;

/**
 * What a medium loses of a log after a clean close is missed: each extent's records vouch for those before them, and
 * watermarks for the last one, and for the last extent.
 */
final class Losses {

    private final ImagePool pool;
    private final Map<String, byte[]> files = new HashMap<>();

    /** The image as the crash left it. */
    Losses(ImagePool pool, CrashImage image) {
        this.pool = pool;
        image.regionNames().forEach(name -> files.put(name, image.bytes(name)));
    }

    /** Loses the last record, and the extent that it is in. */
    void requireNoticed(Recovered recovered) {
        if (recovered.entries().isEmpty()) {
            return;
        }
        Entry last = recovered.entries().getLast();
        String holder = holderOf(files, last.position());
        String first = holderOf(files, recovered.start());
        if (holder == null || first == null) {
            throw new AssertionError("no extent holds " + recovered + " though it was read");
        }
        byte[] whole = files.get(holder);
        byte[] damaged = whole.clone();
        damaged[(int) (last.position() % ImagePool.EXTENT_BYTES)] ^= 1;
        files.put(holder, damaged);
        requireLoss("its last record, " + last);
        files.remove(holder);
        if (!holder.equals(first)) {
            requireLoss(holder);
        }
        files.put(holder, whole);
    }

    private void requireLoss(String what) {
        LogOracle.require(pool.left(files).recover(RecoveryMode.SALVAGE).recovery().hasLoss(),
                () -> "after a clean close the medium has lost " + what + ", and nobody misses it");
    }

    /** The file of the extent that holds a position; null for none. */
    static @Nullable String holderOf(Map<String, byte[]> files, long position) {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            if (ExtentHeader.decode(file.getValue(), file.getKey()) instanceof ExtentHeader.Decoded.Valid valid
                    && valid.header().state() == ExtentHeader.State.LOG && valid.header().basePosition() <= position
                    && position < valid.header().endPosition()) {
                return file.getKey();
            }
        }
        return null;
    }
}
