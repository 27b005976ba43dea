// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.selkie.crashtest.agent.Recording;
import org.selkie.crashtest.model.CrashCase;
import org.selkie.crashtest.model.FlatMemory;
import org.selkie.crashtest.trace.Operation;
import org.selkie.crashtest.trace.PersistentRegion;
import org.selkie.crashtest.trace.Recorder;
import org.selkie.crashtest.trace.Region;
import org.selkie.crashtest.trace.Trace;
import org.selkie.crashtest.trace.TraceException;
import org.selkie.persist.Granularity;
import org.selkie.persist.Persister;

/**
 * What one crash left: the regions with their contents, and what had been promised by then. A checker may write to it;
 * that is taken back before the next image, which uses the same memory.
 */
public final class CrashImage {

    private final List<ImageRegion> regions = new ArrayList<>();
    private final LineAccess access;
    private Moment moment = Moment.START;
    private int damagedLine = CrashCase.NONE;
    private @Nullable Recorder recorder;
    /** Recovery has the image as files, or what else is not seen. */
    private boolean leftTheProcess;
    /** Whether rewritten code tells the recorder what it stores, and whether somebody else does. */
    private boolean told;
    private boolean recordsItself;
    /** Regions that the recorder knew from the beginning. */
    private int recordedRegions;

    CrashImage(Trace trace, ImageMemory memory, LineAccess access) {
        this.access = access;
        for (Region region : trace.regions()) {
            regions.add(new ImageRegion(region, memory.flat(), access));
        }
    }

    void at(Moment crash, int damaged) {
        moment = crash;
        leftTheProcess = false;
        damagedLine = damaged;
        access.damaged(damaged);
    }

    /** Records what is stored from now on. */
    void record(Recorder to) {
        recorder = to;
        recordsItself = false;
        for (ImageRegion region : regions) {
            if (moment.regions().contains(region.region())) {
                region.record(to);
            }
        }
        recordedRegions = to.size();
    }

    /** What recovery has stored, flushed and fenced; null when it did nothing of that, or nobody records. */
    @Nullable Trace written() {
        Recorder from = recorder;
        // What was changed and changed back is no change, and yet a crash may come in between.
        return from == null || (from.size() == recordedRegions && !access.wrote()) ? null : from.trace();
    }

    /** Whether recovery has the image as files: what is read of them nobody knows. */
    boolean leftTheProcess() {
        return leftTheProcess;
    }

    void stopRecording() {
        Recorder to = recorder;
        if (to != null) {
            endTelling(to);
            recorder = null;
            regions.forEach(region -> region.record(null));
        }
    }

    private void endTelling(Recorder to) {
        if (told) {
            told = false;
            Recording.stop(to);
        }
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
     * as read. With the agent, what recovery stores and forces there is recorded, so that it can be interrupted.
     */
    public MemorySegment memory() {
        return memory(regions.getFirst());
    }

    /** The memory of {@link #region(String)}. */
    public MemorySegment memory(String name) {
        return memory(named(name));
    }

    /** The memory of a region, for code that wants a mapped buffer. Its {@code force} does nothing. */
    public MappedByteBuffer buffer(String name) {
        // Every direct buffer is one of these, mapped or not.
        return (MappedByteBuffer) memory(name).asByteBuffer();
    }

    private MemorySegment memory(ImageRegion region) {
        access.everything();
        region.compare();
        Recorder to = recorder;
        if (to != null && !told && !recordsItself) {
            told = true;
            Recording.start(to);
        }
        return region.memory();
    }

    /**
     * Writes each region that exists into a file of its name, for recovery that opens files. Every line counts as read; what
     * recovery does to the files is not recorded.
     */
    public void writeTo(Path directory) throws IOException {
        leftTheProcess = true;
        for (String name : regionNames()) {
            if (name.contains("/") || name.equals("..") || name.equals(".")) {
                throw new TraceException("writeTo(" + directory + ") = region " + name + " is no name of a file; attach it under "
                        + "another one");
            }
            Region region = named(name).region();
            access.see(region.startBytes(), region.lengthBytes());
            try (FileChannel file = FileChannel.open(directory.resolve(name), StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                    StandardOpenOption.TRUNCATE_EXISTING)) {
                ByteBuffer bytes = named(name).memory().asByteBuffer();
                while (bytes.hasRemaining()) {
                    file.write(bytes);
                }
            }
        }
    }

    /**
     * The memory of a region for code whose loads are reported, each by {@link #loaded}: only the lines that were loaded from
     * count as read.
     */
    public MemorySegment memoryReportingLoads(String name) {
        ImageRegion region = named(name);
        access.expose();
        region.compare();
        return region.memory();
    }

    /** A load from {@link #memoryReportingLoads}. */
    public void loaded(String name, long offsetBytes, long lengthBytes) {
        if (lengthBytes > 0) {
            access.read(named(name).region().startBytes() + offsetBytes, lengthBytes);
        }
    }

    /**
     * Records what this recovery does, so that it can be interrupted; null when nobody is interested. For code that stores
     * into {@link #memory()}: its flushes and fences must be told to the recorder, for example through {@link #persister()}.
     * Where the agent runs it tells them itself, until somebody asks for this.
     */
    public @Nullable Recorder recorder() {
        Recorder to = recorder;
        if (to != null) {
            recordsItself = true;
            endTelling(to);
        }
        return to;
    }

    /** For code that makes its stores into {@link #memory()} durable by the engine's persister: recorded when need be. */
    public Persister persister() {
        Recorder to = recorder();
        return to == null ? Persister.of(Granularity.BYTE) : to.persister(Persister.of(Granularity.CACHE_LINE));
    }

    /** Whether a range has a media error: a load from it through {@link #region()} fails. */
    public boolean isDamaged(String name, long offsetBytes, long lengthBytes) {
        access.ask();
        long first = named(name).region().startBytes() + offsetBytes;
        return damagedLine >= first / FlatMemory.LINE_BYTES
                && damagedLine <= (first + lengthBytes - 1) / FlatMemory.LINE_BYTES && lengthBytes > 0;
    }

    /** Whether some line has a media error, which only models with media errors have. */
    public boolean isDamaged() {
        access.ask();
        return damagedLine != CrashCase.NONE;
    }

    /** A copy of a region's bytes: every line of it counts as read. A line with a media error is filled with a pattern. */
    public byte[] bytes(String name) {
        Region region = named(name).region();
        access.see(region.startBytes(), region.lengthBytes());
        return copy(name);
    }

    byte[] copy(String name) {
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

    /**
     * The number of the event with which an operation was acknowledged: it came before every one that began later.
     *
     * @param operation one of {@link #acknowledged()}
     */
    public int acknowledgedAt(Operation operation) {
        return moment.acknowledgedAt()[operation.number()];
    }

    /** Operations that had begun and had not been acknowledged, in the order of beginning: they may be found. */
    public List<Operation> inFlight() {
        return moment.inFlight();
    }

    /** The number of the event before which the crash came. */
    public int crashEvent() {
        access.ask();
        return moment.event();
    }
}
