// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.selkie.Pool;
import org.selkie.testing.PoolImage;
import org.selkie.testing.Pools;
import org.selkie.testing.StoreRecorder;
import org.selkie.testing.StoreRecorder.Store;

/**
 * A log whose appends stop between their stores and their return, so that the power can be made to fail there: at every
 * store, with every line of the stores in flight there or lost.
 */
final class CrashingLog implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 30;

    /** A thread that appends. Its record is in flight from its store to its acknowledgement. */
    private final class Lane {
        final ExecutorService thread = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
        final Semaphore stored = new Semaphore(0);
        final Semaphore resume = new Semaphore(0);
        List<byte[]> payloads = List.of();
        @Nullable Future<?> append;
        @Nullable Store store;
        DamagedPool.@Nullable Unit unit;
    }

    private final Path directory;
    private final CrashChecks checks;
    private final SplittableRandom random;
    private final ThreadLocal<Lane> current = new ThreadLocal<>();
    private final List<Lane> lanes = new ArrayList<>();
    private final StoreRecorder recorder = new StoreRecorder(this::stored);
    private final TreeMap<Long, byte[]> acknowledged = new TreeMap<>();
    private volatile long trimAsked;
    private volatile long trimDone;
    private volatile @Nullable Throwable failure;
    private Pool pool;
    private Log log;

    CrashingLog(Path directory, int lanes, CrashChecks checks, SplittableRandom random) {
        this.directory = directory;
        this.checks = checks;
        this.random = random;
        for (int i = 0; i < lanes; i++) {
            this.lanes.add(new Lane());
        }
        open();
    }

    private void open() {
        pool = Pool.open(directory, Pools.small().withSpareExtents(1).withPersister(recorder));
        log = pool.log(CrashChecks.LOG);
    }

    int lanes() {
        return lanes.size();
    }

    boolean isBusy(int number) {
        return lanes.get(number).append != null;
    }

    /** Begins an append, or a batch of several records, which stops after its store. */
    void begin(int number, List<byte[]> payloads) {
        Lane lane = lanes.get(number);
        lane.payloads = payloads;
        lane.append = lane.thread.submit(() -> {
            current.set(lane);
            return DamagedPool.append(log, payloads);
        });
        await(lane.stored);
        crash(null);
    }

    /** Lets an append return: from now on its records must never be lost. */
    void acknowledge(int number) {
        Lane lane = lanes.get(number);
        lane.resume.release();
        try {
            lane.append.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("an append failed: " + e + rootOf(failure), e);
        }
        synchronized (recorder.lock()) {
            lane.unit.entries().forEach(entry -> acknowledged.put(entry.position(), entry.payload()));
            lane.append = null;
            lane.unit = null;
        }
        crash(null);
    }

    void acknowledgeAll() {
        for (int i = 0; i < lanes.size(); i++) {
            if (isBusy(i)) {
                acknowledge(i);
            }
        }
    }

    /** Forgets a part of what is durable. */
    void trim() {
        List<Long> positions = new ArrayList<>(acknowledged.subMap(log.startPosition(), log.persistedPosition()).keySet());
        if (positions.isEmpty()) {
            return;
        }
        trimAsked = positions.get(random.nextInt(positions.size()));
        log.trim(trimAsked);
        trimDone = trimAsked;
        crash(null);
    }

    /** Closes the pool, with the power failing at every store of it, and opens it again. */
    void reopen() {
        acknowledgeAll();
        pool.close();
        crash(null);
        open();
        crash(null);
    }

    private Runnable stored(Store store) {
        Lane lane = current.get();
        if (lane == null || store.position() < 0) {
            crash(store);
            return () -> { };
        }
        lane.unit = DamagedPool.unitAt(store.position(), lane.payloads);
        lane.store = store;
        return () -> park(lane);
    }

    private void park(Lane lane) {
        lane.stored.release();
        await(lane.resume);
        synchronized (recorder.lock()) {
            // Fenced: from here on no line of it can be lost, though nobody has been told.
            lane.store = null;
        }
    }

    /** The power fails now. Whoever stores meanwhile waits. */
    private void crash(@Nullable Store another) {
        synchronized (recorder.lock()) {
            if (failure != null) {
                return;
            }
            List<Store> inFlight = new ArrayList<>();
            List<DamagedPool.Unit> unacknowledged = new ArrayList<>();
            for (Lane lane : lanes) {
                if (lane.store != null) {
                    inFlight.add(lane.store);
                }
                if (lane.unit != null) {
                    unacknowledged.add(lane.unit);
                }
            }
            if (another != null) {
                inFlight.add(another);
            }
            try {
                checks.check(PoolImage.of(directory), inFlight,
                        new CrashChecks.Expected(acknowledged, unacknowledged, trimDone, trimAsked));
            } catch (RuntimeException | Error e) {
                failure = e;
            }
        }
    }

    /** Fails if an image did. */
    void requireNoFailure() {
        if (failure != null) {
            throw new AssertionError(rootOf(failure), failure);
        }
    }

    private static String rootOf(@Nullable Throwable e) {
        return e == null ? "" : "; " + e;
    }

    private static void await(Semaphore semaphore) {
        try {
            if (!semaphore.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("a thread of the test waited for " + PATIENCE_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        lanes.forEach(lane -> lane.resume.release(2));
        pool.close();
        lanes.forEach(lane -> lane.thread.shutdownNow());
    }
}
