// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.selkie.crashtest.trace.Operation;
import org.selkie.crashtest.trace.PersistentRegion;
import org.selkie.crashtest.trace.Region;
import org.selkie.crashtest.trace.Trace;
import org.selkie.crashtest.trace.TraceException;

/**
 * What one crash left: the regions with their contents, and what had been promised by then. A checker may write to it;
 * that is taken back before the next image, which uses the same memory.
 */
public final class CrashImage {

    private final List<ImageRegion> regions = new ArrayList<>();
    private final LineAccess access;
    private Moment moment = Moment.START;

    CrashImage(Trace trace, ImageMemory memory, LineAccess access) {
        this.access = access;
        for (Region region : trace.regions()) {
            regions.add(new ImageRegion(region, memory.flat(), access));
        }
    }

    void at(Moment crash) {
        moment = crash;
    }

    /** The only region, or the first of several: as recovery sees it, and with it is known which lines recovery reads. */
    public PersistentRegion region() {
        return regions.getFirst();
    }

    /** The region that was attached under a name. */
    public PersistentRegion region(String name) {
        return named(name);
    }

    /** The names of the regions that existed when the crash came. */
    public List<String> regionNames() {
        return regions.stream().map(ImageRegion::region).filter(moment.regions()::contains).map(Region::name).toList();
    }

    /**
     * The memory of {@link #region()}, for code that wants a segment. What is read from it is not known: every line counts
     * as read.
     */
    public MemorySegment memory() {
        access.everything();
        return regions.getFirst().memory();
    }

    /** The memory of {@link #region(String)}. */
    public MemorySegment memory(String name) {
        access.everything();
        return named(name).memory();
    }

    /** A copy of a region's bytes. */
    public byte[] bytes(String name) {
        return named(name).memory().toArray(ValueLayout.JAVA_BYTE);
    }

    private ImageRegion named(String name) {
        for (ImageRegion region : regions.reversed()) {
            if (region.region().name().equals(name) && moment.regions().contains(region.region())) {
                return region;
            }
        }
        throw new TraceException("region(" + name + ") = none at event " + moment.event() + "; there are " + regionNames());
    }

    /** Operations that had been acknowledged when the crash came, in that order: their effects must be found. */
    public List<Operation> acknowledged() {
        return moment.acknowledged();
    }

    /** Operations that had begun and had not been acknowledged, in the order of beginning: they may be found. */
    public List<Operation> inFlight() {
        return moment.inFlight();
    }

    /** The number of the event before which the crash came. */
    public int crashEvent() {
        return moment.event();
    }
}
