// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.fault.SelkieException;
import org.selkie.testing.PoolImage;
import org.selkie.testing.Pools;
import org.selkie.testing.StoreRecorder;
import org.selkie.testing.StoreRecorder.Store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Recovers the images that a power failure at one moment can leave, and looks whether each keeps what was promised. */
final class CrashChecks {

    static final String LOG = "log";
    private static final int WORD = Long.BYTES;
    private static final int LINE = 64;

    /**
     * What the log owes.
     *
     * @param trimDone  where it begins at least
     * @param trimAsked where it begins at most
     */
    record Expected(TreeMap<Long, byte[]> acknowledged, List<DamagedPool.Unit> unacknowledged, long trimDone,
            long trimAsked) {
    }

    /** A part of a store that is durable as a whole or not at all. */
    private record Part(Store store, int at, int lengthBytes) {
    }

    private final Path directory;
    private final int mostImages;
    private final boolean words;
    private final SplittableRandom random;
    private int images;
    private int repairCrashes;

    /**
     * @param mostImages of one moment: all subsets if there are not more, else some
     * @param words      whether lines can be torn: words cannot
     */
    CrashChecks(Path directory, int mostImages, boolean words, SplittableRandom random) {
        this.directory = directory;
        this.mostImages = mostImages;
        this.words = words;
        this.random = random;
    }

    int images() {
        return images;
    }

    int repairCrashes() {
        return repairCrashes;
    }

    void check(PoolImage everything, List<Store> inFlight, Expected expected) {
        List<Part> parts = parts(inFlight, words ? WORD : LINE);
        boolean all = parts.size() < Integer.SIZE - 2 && 1 << parts.size() <= mostImages;
        int count = all ? 1 << parts.size() : mostImages;
        for (int number = 0; number < count; number++) {
            List<Part> lost = new ArrayList<>();
            // Of those drawn, the first has lost nothing and the second everything; the others more or less.
            double share = number == 0 ? 0 : number == 1 ? 1 : random.nextDouble();
            for (int i = 0; i < parts.size(); i++) {
                if (all ? (number >> i & 1) != 0 : random.nextDouble() < share) {
                    lost.add(parts.get(i));
                }
            }
            PoolImage image = everything.copy();
            lost.forEach(part -> part.store.undo(image, part.at, part.lengthBytes));
            try {
                recover(image, expected);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("with " + lost.size() + " of " + parts.size() + " parts lost of "
                        + inFlight.stream().map(s -> s.file() + "+" + s.offset() + " (" + s.lengthBytes() + ")").toList()
                        + " [" + lost.stream().map(p -> p.store.offset() + p.at).toList() + "]: " + e, e);
            }
            images++;
        }
    }

    /** Those that the store changed. */
    private static List<Part> parts(List<Store> stores, int partBytes) {
        List<Part> parts = new ArrayList<>();
        for (Store store : stores) {
            for (int at = 0; at < store.lengthBytes(); at += partBytes) {
                if (!java.util.Arrays.equals(store.before(), at, at + partBytes, store.after(), at, at + partBytes)) {
                    parts.add(new Part(store, at, partBytes));
                }
            }
        }
        return parts;
    }

    private void recover(PoolImage image, Expected expected) {
        image.writeTo(directory);
        List<PoolImage> withinRepair = new ArrayList<>();
        StoreRecorder recorder = new StoreRecorder(store -> {
            withinRepair.add(loseSome(store));
            return () -> { };
        });
        List<Pools.Entry> recovered;
        try (Pool pool = Pool.open(directory, Pools.small().withPersister(recorder))) {
            assertFalse(pool.recovery().hasLoss(), () -> pool.recovery().toString());
            recovered = entries(pool);
            require(expected, recovered, pool.logs().contains(LOG) ? pool.log(LOG).startPosition() : expected.trimAsked);
        }
        // Closing writes as well: what was in flight then is as good a place to crash.
        goOn(recovered);
        for (PoolImage again : withinRepair) {
            repairCrashes++;
            again.writeTo(directory);
            try (Pool pool = Pool.open(directory, Pools.small())) {
                assertEquals(recovered, entries(pool), "recovery that was interrupted found something else");
            } catch (SelkieException e) {
                throw new AssertionError("recovery that was interrupted cannot be repeated: " + e, e);
            }
        }
    }

    private PoolImage loseSome(Store store) {
        PoolImage image = PoolImage.of(directory);
        for (Part part : parts(List.of(store), words ? WORD : LINE)) {
            if (random.nextBoolean()) {
                part.store.undo(image, part.at, part.lengthBytes);
            }
        }
        return image;
    }

    private static List<Pools.Entry> entries(Pool pool) {
        return pool.logs().contains(LOG) ? Pools.entries(pool.log(LOG)) : List.of();
    }

    private static void require(Expected expected, List<Pools.Entry> entries, long start) {
        assertTrue(start >= expected.trimDone || expected.trimDone == 0, () -> "the log begins at " + start
                + ", which was trimmed to " + expected.trimDone);
        assertTrue(start <= Math.max(expected.trimAsked, 4096), () -> "the log begins at " + start + ", which nobody asked for");
        TreeMap<Long, byte[]> found = new TreeMap<>();
        entries.forEach(entry -> found.put(entry.position(), entry.payload()));
        NavigableMap<Long, byte[]> owed = expected.acknowledged.tailMap(start, true);
        owed.forEach((position, payload) -> assertArrayEquals(payload, found.remove(position),
                () -> "the acknowledged record at " + position));
        for (DamagedPool.Unit unit : expected.unacknowledged) {
            long there = unit.entries().stream().filter(entry -> found.containsKey(entry.position())).count();
            assertTrue(there == 0 || there == unit.entries().size(), () -> there + " members of the batch at " + unit.from());
            unit.entries().stream().filter(_ -> there > 0).forEach(entry -> assertArrayEquals(entry.payload(),
                    found.remove(entry.position()), () -> "the record in flight at " + entry.position()));
        }
        assertEquals(List.of(), List.copyOf(found.keySet()), "records that nobody appended, by position");
    }

    /** What was recovered stays, and a record that is appended comes after it. */
    private void goOn(List<Pools.Entry> recovered) {
        PoolOptions options = Pools.small();
        byte[] payload = Pools.payload(images, 50);
        long position;
        try (Pool pool = Pool.open(directory, options)) {
            assertEquals(recovered, entries(pool), "recovering again found something else");
            position = pool.log(LOG).append(payload);
        }
        List<Pools.Entry> longer = new ArrayList<>(recovered);
        longer.add(new Pools.Entry(position, payload));
        try (Pool pool = Pool.open(directory, options.withRecoveryMode(RecoveryMode.STRICT))) {
            assertEquals(longer, entries(pool), "with another record");
        }
    }
}
