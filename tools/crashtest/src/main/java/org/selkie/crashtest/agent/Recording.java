// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.agent;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.selkie.crashtest.trace.RecordedRegion;
import org.selkie.crashtest.trace.Recorder;

/** The recorders to which rewritten code tells what it stores. */
public final class Recording {

    private static final List<Recorder> RECORDERS = new CopyOnWriteArrayList<>();

    private static final List<Strays> WATCHERS = new CopyOnWriteArrayList<>();

    private Recording() {
    }

    /** From now on stores into the recorder's regions are recorded. */
    public static void start(Recorder recorder) {
        RECORDERS.add(recorder);
    }

    /** From now on they are not. */
    public static void stop(Recorder recorder) {
        RECORDERS.remove(recorder);
    }

    /** From now on stores into mapped files that no recorder knows are noticed. */
    public static void watch(Strays strays) {
        WATCHERS.add(strays);
    }

    /** From now on they are not. */
    public static void unwatch(Strays strays) {
        WATCHERS.remove(strays);
    }

    static boolean isIdle() {
        return RECORDERS.isEmpty() && WATCHERS.isEmpty();
    }

    /** Somebody stores at an address that no recorder knows. */
    static void elsewhere(long address) {
        for (Strays strays : WATCHERS) {
            strays.stored(address);
        }
    }

    /** Where an address is recorded; null for memory that is none of a crash test. */
    static @Nullable Target at(long address) {
        for (Recorder recorder : RECORDERS) {
            RecordedRegion region = recorder.regionAt(address);
            if (region != null) {
                return new Target(recorder, region);
            }
        }
        return null;
    }

    /** A region with its recorder. */
    record Target(Recorder recorder, RecordedRegion region) {

        /** The part of a range of addresses that lies in the region, as an offset; -1 for none. */
        long offsetBytes(long address) {
            return address - region.memory().address();
        }

        long clip(long address, long lengthBytes) {
            return Math.min(lengthBytes, region.memory().byteSize() - offsetBytes(address));
        }
    }
}
