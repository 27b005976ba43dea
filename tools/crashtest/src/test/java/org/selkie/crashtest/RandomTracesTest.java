// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.selkie.crashtest.model.PersistenceModel;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.RecordedRegion;
import org.selkie.crashtest.trace.Recorder;
import org.selkie.crashtest.trace.Trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Small traces, drawn: what the models give for them, against other ways to find it out. */
final class RandomTracesTest {

    private static final long SEED = Long.getLong("selkie.seed", System.nanoTime() & 0xffffffffL);
    private static final int LINES = 2;
    private static final int THREADS = 2;

    static {
        System.out.println("RandomTracesTest: -Dselkie.seed=" + SEED);
    }

    /** So many stores, flushes and fences of some threads; each word stored holds the number of its event. */
    private static Trace draw(SplittableRandom random, int count, int length) {
        Recorder recorder = Recorder.withoutSites();
        RecordedRegion region = recorder.allocate("r", 64L * LINES);
        List<ExecutorService> threads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            threads.add(Executors.newSingleThreadExecutor());
        }
        try {
            // Threads are numbered by their first events: a fence with nothing to wait for.
            for (ExecutorService thread : threads) {
                await(thread.submit(region::fence));
            }
            for (int i = 0; i < length; i++) {
                await(threads.get(random.nextInt(count)).submit(action(recorder, region, random.split())));
            }
        } finally {
            threads.forEach(ExecutorService::shutdown);
        }
        return recorder.trace();
    }

    private static Runnable action(Recorder recorder, RecordedRegion region, SplittableRandom random) {
        int line = random.nextInt(LINES);
        int word = random.nextInt(AdrMachine.WORDS_OF_A_LINE);
        long at = 64L * line + (long) Long.BYTES * word;
        return switch (random.nextInt(8)) {
            case 0, 1, 2 -> () -> region.putLong(at, recorder.size());
            case 3 -> () -> region.put(at, words(recorder.size(), Math.min(2, AdrMachine.WORDS_OF_A_LINE - word)));
            case 4 -> () -> region.putNonTemporal(at, words(recorder.size(), Math.min(2, AdrMachine.WORDS_OF_A_LINE - word)));
            case 5, 6 -> () -> region.flush(64L * line, line == 0 && random.nextInt(4) == 0 ? 65 : 8);
            default -> region::fence;
        };
    }

    private static byte[] words(long value, int count) {
        ByteBuffer bytes = ByteBuffer.allocate(count * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            bytes.putLong(value);
        }
        return bytes.array();
    }

    private static void await(Future<?> action) {
        try {
            action.get();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static Set<String> images(Trace trace, PersistenceModel model, CrashPoints points, boolean atEndOnly) {
        return imagesIfListed(trace, model, points, atEndOnly)
                .orElseThrow(() -> new AssertionError("not all images were looked at: " + repeat(trace)));
    }

    /** Empty where a line has more contents than are listed: a part of them cannot be compared with another part. */
    private static Optional<Set<String>> imagesIfListed(Trace trace, PersistenceModel model, CrashPoints points,
            boolean atEndOnly) {
        Set<String> found = new TreeSet<>();
        Report report = Exploration.of(trace).model(model).points(points).explore(image -> {
            if (!atEndOnly || image.crashEvent() == trace.events().size()) {
                found.add(AdrMachine.medium(image, LINES));
            }
        });
        report.orThrow();
        return report.isComplete() ? Optional.of(found) : Optional.empty();
    }

    /** One with at least one store. */
    private static Trace draw(long round, int count, int least, int more) {
        SplittableRandom random = new SplittableRandom(new SplittableRandom(SEED ^ round * 0x9E3779B97F4A7C15L).nextLong());
        while (true) {
            Trace trace = draw(random, count, least + random.nextInt(more));
            if (trace.events().stream().anyMatch(Event.Store.class::isInstance)) {
                return trace;
            }
        }
    }

    @Test
    void adrIsWhatAMachineThatWritesBackAtAnyMomentCanLeave() {
        for (int round = 0; round < 300; round++) {
            Trace drawn = draw(round, THREADS, 2, 7);
            assertEquals(new AdrMachine(LINES, drawn.threads().size()).after(drawn),
                    images(drawn, PersistenceModel.adr(), CrashPoints.ORDERING, true), () -> repeat(drawn));
        }
    }

    @Test
    void crashesAtOrderingPointsLeaveWhatCrashesAnywhereLeave() {
        int compared = 0;
        for (int round = 0; round < 60; round++) {
            Trace drawn = draw(1000 + round, THREADS, 5, 20);
            for (String name : new String[] {"adr", "eadr", "page-cache-512", "page-cache-4096"}) {
                PersistenceModel model = PersistenceModel.named(name);
                Optional<Set<String>> everywhere = imagesIfListed(drawn, model, CrashPoints.EVERY_EVENT, false);
                if (everywhere.isPresent()) {
                    compared++;
                    assertEquals(everywhere.get(), images(drawn, model, CrashPoints.ORDERING, false),
                            () -> name + ": " + repeat(drawn));
                }
            }
        }
        assertTrue(compared > 200, compared + " of 240 compared");
    }

    /** What is certain under one contract is not less certain under a stronger one. */
    @Test
    void flushOnFailLeavesNothingThatAdrCannotLeave() {
        for (int round = 0; round < 200; round++) {
            Trace drawn = draw(2000 + round, THREADS, 5, 12);
            Set<String> more = images(drawn, PersistenceModel.eadr(), CrashPoints.ORDERING, true);
            more.removeAll(images(drawn, PersistenceModel.adr(), CrashPoints.ORDERING, true));
            assertEquals(Set.of(), more, () -> repeat(drawn));
        }
    }

    private static String repeat(Trace drawn) {
        return "-Dselkie.seed=" + SEED + ", " + drawn.events();
    }
}
