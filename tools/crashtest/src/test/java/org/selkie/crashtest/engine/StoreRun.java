// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.selkie.ImagePool;
import org.selkie.crashtest.CrashImage;
import org.selkie.crashtest.Exploration;
import org.selkie.crashtest.trace.Operation;
import org.selkie.crashtest.trace.Recorder;
import org.selkie.crashtest.trace.Trace;
import org.selkie.log.RecoveryMode;

/** A recorded run of a store, and who knows what it owes after a crash. */
record StoreRun(Trace trace, StoreOracle oracle) {

    private static final int DRAWN_FROM = 300;
    private static final int SOME = 8;

    /** From a new pool on. */
    static StoreRun record(StoreWorkload workload, LogMachine machine, SplittableRandom random) {
        Recorder recorder = Recorder.create();
        ImagePool pool = ImagePool.create(machine.granularity(), machine.recording(), workload.extents(), recorder);
        workload.run(new StoreSession(pool, recorder, random));
        return new StoreRun(recorder.trace(), new StoreOracle(pool, false));
    }

    /** What one crash left, what recovery makes of it, and whether that stores anything. */
    private record Crash(Map<String, byte[]> image, StoreState recovered, boolean repaired) {
    }

    /** From a crash of a workload on: recovery and the life after it are what is recorded. */
    static StoreRun recordRecovery(StoreWorkload workload, LogMachine machine, SplittableRandom random) {
        Recorder recorder = Recorder.create();
        ImagePool pool = ImagePool.create(machine.granularity(), machine.recording(), workload.extents(), recorder);
        workload.run(new StoreSession(pool, recorder, random));
        Crash crash = draw(recorder.trace(), machine, pool, random);
        Recorder second = Recorder.create();
        ImagePool after = pool.after(crash.image, second);
        StoreSession session = new StoreSession(after, second, random);
        Operation opening = second.begin(new StoreOracle.Opening(crash.recovered));
        session.within(store -> {
            second.acknowledge(opening);
            session.put(store, 0, random, 100);
            session.batch(store, 0, random, 30, 200);
            session.delete(store, 0, random);
            store.compact();
            session.put(store, 0, random, 50);
        });
        return new StoreRun(second.trace(), new StoreOracle(after, true));
    }

    /** One image of the many, if possible one in which recovery repairs something. */
    private static Crash draw(Trace trace, LogMachine machine, ImagePool pool, SplittableRandom random) {
        List<Crash> repaired = new ArrayList<>();
        Crash[] any = new Crash[1];
        Exploration sample = Exploration.of(trace).model(machine.model()).budget(DRAWN_FROM).mayLeaveOutCrashPoints();
        sample.seed(random.nextLong()).explore(image -> {
            if (any[0] == null || random.nextInt(SOME) == 0) {
                any[0] = crash(image, pool);
                if (any[0].repaired) {
                    repaired.add(any[0]);
                }
            }
        });
        return repaired.isEmpty() ? any[0] : repaired.get(random.nextInt(repaired.size()));
    }

    private static Crash crash(CrashImage image, ImagePool pool) {
        // Recovery works in the image's memory: first what the crash left.
        Map<String, byte[]> files = new HashMap<>();
        image.regionNames().forEach(name -> files.put(name, image.bytes(name)));
        StoreState recovered = StoreState.of(pool.left(image).recover(RecoveryMode.DROP_TORN_TAIL));
        boolean repaired = files.keySet().stream().anyMatch(name -> !Arrays.equals(files.get(name), image.bytes(name)));
        return new Crash(files, recovered, repaired);
    }

    /** All that crashes may leave of the run. */
    Exploration exploration(LogMachine machine) {
        return Exploration.of(trace).model(machine.model());
    }
}
