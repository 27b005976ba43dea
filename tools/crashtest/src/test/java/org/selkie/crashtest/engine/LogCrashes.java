// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.selkie.ImagePool;
import org.selkie.Pool;
import org.selkie.crashtest.CrashImage;
import org.selkie.crashtest.Exploration;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.Operation;
import org.selkie.crashtest.trace.Recorder;
import org.selkie.crashtest.trace.Trace;
import org.selkie.format.ExtentHeader;
import org.selkie.format.RecordLayout;
import org.selkie.log.RecoveryMode;

/**
 * Crashes of a recorded workload, of each kind some: by what recovery does in them, and by whether it leaves beginnings of
 * records behind the end of the log.
 *
 * @param byKind what recovery does, and crashes in which it does so
 * @param plain  crashes in which there is nothing to do
 */
record LogCrashes(ImagePool pool, TreeMap<String, List<Crash>> byKind, List<Crash> plain) {

    private static final int DRAWN_FROM = 500;
    private static final int MOST_OF_A_KIND = 4;

    /**
     * What one crash left.
     *
     * @param recovered what recovery makes of it
     */
    record Crash(Map<String, byte[]> image, List<Operation> acknowledged, List<Operation> inFlight, Recovered recovered) {
    }

    static LogCrashes of(LogWorkload workload, LogMachine machine, SplittableRandom random) {
        Recorder recorder = Recorder.create();
        ImagePool pool = ImagePool.create(machine.granularity(), machine.recording(), workload.extents(), recorder);
        workload.run(new LogSession(pool, recorder, random));
        return of(recorder.trace(), machine, pool, random);
    }

    private static LogCrashes of(Trace trace, LogMachine machine, ImagePool pool, SplittableRandom random) {
        LogCrashes crashes = new LogCrashes(pool, new TreeMap<>(), new ArrayList<>());
        Exploration.of(trace).model(machine.model()).budget(DRAWN_FROM).mayLeaveOutCrashPoints().seed(random.nextLong())
                .explore(crashes::look);
        return crashes;
    }

    private void look(CrashImage image) {
        // Recovery works in the image's memory: first what the crash left.
        Map<String, byte[]> files = new HashMap<>();
        image.regionNames().forEach(name -> files.put(name, image.bytes(name)));
        Pool opened = pool.left(image).recover(RecoveryMode.DROP_TORN_TAIL);
        Recovered recovered = Recovered.of(opened);
        Crash crash = new Crash(files, List.copyOf(image.acknowledged()), List.copyOf(image.inFlight()), recovered);
        String kind = "";
        if (files.keySet().stream().anyMatch(name -> !Arrays.equals(files.get(name), image.bytes(name)))) {
            kind = whatRecoveryDoes(files);
            if (files.keySet().stream().anyMatch(name -> coversABeginning(files.get(name), image.bytes(name)))) {
                kind += " over a beginning";
            }
        }
        if (recovered.start() >= 0 && leavesBeginnings(image, opened.log(Recovered.LOG).visiblePosition())) {
            kind += " leaving beginnings";
        }
        List<Crash> alike = kind.isEmpty() ? plain : byKind.computeIfAbsent(kind, key -> new ArrayList<>());
        // Some images are looked at twice.
        boolean known = alike.stream().anyMatch(other -> files.entrySet().stream()
                .allMatch(file -> Arrays.equals(file.getValue(), other.image().get(file.getKey()))));
        if (alike.size() < MOST_OF_A_KIND && !known) {
            alike.add(crash);
        }
    }

    /** Whether something like a record began where something else stands now. */
    private static boolean coversABeginning(byte[] before, byte[] after) {
        for (int at = ExtentHeader.BYTES; at < before.length; at += RecordLayout.LINE_BYTES) {
            if (RecordLayout.looksLikeRecord(before, at, ImagePool.EXTENT_BYTES)
                    && Arrays.mismatch(before, at, at + RecordLayout.LINE_BYTES, after, at, at + RecordLayout.LINE_BYTES) >= 0) {
                return true;
            }
        }
        return false;
    }

    /** The places in the engine that flush or fence. */
    private String whatRecoveryDoes(Map<String, byte[]> files) {
        Recorder recorder = Recorder.create();
        Set<String> places = new TreeSet<>();
        try (Pool opened = pool.after(files, recorder).open(() -> { })) {
            for (Event event : recorder.trace().events()) {
                if (event instanceof Event.Flush || event instanceof Event.Fence) {
                    places.add(LogMutants.place(event.site()));
                }
            }
            opened.recovery().allFindings().forEach(finding -> places.add(finding.kind().toString()));
            return places.toString();
        }
    }

    /** Whether something like a record begins behind the end. */
    private static boolean leavesBeginnings(CrashImage image, long end) {
        for (String name : image.regionNames()) {
            byte[] bytes = image.bytes(name);
            for (int at = ExtentHeader.BYTES; at < bytes.length; at += RecordLayout.LINE_BYTES) {
                if (RecordLayout.looksLikeRecord(bytes, at, ImagePool.EXTENT_BYTES)) {
                    long position = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN)
                            .getLong(at + RecordLayout.POSITION_OFFSET);
                    if (position >= end) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** One of them, if possible one in which recovery repairs something. */
    Crash any(SplittableRandom random) {
        if (byKind.isEmpty()) {
            return plain.get(random.nextInt(plain.size()));
        }
        List<List<Crash>> kinds = List.copyOf(byKind.values());
        List<Crash> alike = kinds.get(random.nextInt(kinds.size()));
        return alike.get(random.nextInt(alike.size()));
    }
}
