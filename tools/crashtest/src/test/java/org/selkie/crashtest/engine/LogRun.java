// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.selkie.ImagePool;
import org.selkie.crashtest.CrashImage;
import org.selkie.crashtest.Exploration;
import org.selkie.crashtest.engine.Recovered.Entry;
import org.selkie.crashtest.trace.Operation;
import org.selkie.crashtest.trace.Recorder;
import org.selkie.crashtest.trace.Trace;
import org.selkie.log.Log;
import org.selkie.log.RecoveryMode;

/** A recorded run of a log, and who knows what it owes after a crash. */
record LogRun(Trace trace, LogOracle oracle) {

    private static final int DRAWN_FROM = 500;
    private static final int SOME = 8;

    /** From a new pool on. */
    static LogRun record(LogWorkload workload, LogMachine machine, SplittableRandom random) {
        Recorder recorder = Recorder.create();
        ImagePool pool = ImagePool.create(machine.granularity(), workload.extents(), recorder);
        workload.run(new LogSession(pool, recorder, random));
        return new LogRun(recorder.trace(), new LogOracle(pool, false));
    }

    /**
     * What one crash left.
     *
     * @param recovered what recovery makes of it
     * @param repaired  whether recovery stores anything
     */
    private record Crash(Map<String, byte[]> image, List<Operation> acknowledged, List<Operation> inFlight,
            Recovered recovered, boolean repaired) {
    }

    /**
     * From a crash of a workload on: recovery is part of what is recorded, with what it writes over torn records, and so is
     * the life after it.
     */
    static LogRun recordRecovery(LogWorkload workload, LogMachine machine, SplittableRandom random) {
        Recorder recorder = Recorder.create();
        ImagePool pool = ImagePool.create(machine.granularity(), workload.extents(), recorder);
        workload.run(new LogSession(pool, recorder, random));
        Crash crash = draw(recorder.trace(), machine, pool, random);
        Recorder second = Recorder.create();
        ImagePool after = pool.after(crash.image, second);
        // What was promised is promised still.
        crash.acknowledged.forEach(operation -> second.acknowledge(second.begin(operation.description())));
        Map<Append, Operation> inFlight = new HashMap<>();
        for (Operation operation : crash.inFlight) {
            Operation again = second.begin(operation.description());
            if (operation.description() instanceof Append append) {
                inFlight.put(append, again);
            }
        }
        second.acknowledge(second.begin(new LogOracle.Promises()));
        LogSession session = new LogSession(after, second, random);
        Operation opening = second.begin(new LogOracle.Opening(crash.recovered));
        session.within(opened -> {
            second.acknowledge(opening);
            promise(inFlight, Recovered.of(opened), second);
            Log log = opened.log(Recovered.LOG);
            session.append(log, random, 100);
            session.batch(log, random, 30, 200);
        });
        return new LogRun(second.trace(), new LogOracle(after, true));
    }

    /** What recovery has shown to somebody stays, and what it did not find never comes back. */
    private static void promise(Map<Append, Operation> inFlight, Recovered recovered, Recorder recorder) {
        Set<Entry> found = new HashSet<>(recovered.entries());
        inFlight.forEach((append, operation) -> {
            if (!append.entries().isEmpty() && found.containsAll(append.entries())) {
                recorder.acknowledge(operation);
            } else if (append.entries().stream().noneMatch(found::contains)) {
                recorder.acknowledge(recorder.begin(new LogOracle.Absence(append)));
            }
        });
    }

    /** One image of the many, if possible one in which recovery repairs something. */
    private static Crash draw(Trace trace, LogMachine machine, ImagePool pool, SplittableRandom random) {
        List<Crash> repaired = new ArrayList<>();
        Crash[] any = new Crash[1];
        Exploration.of(trace).model(machine.model()).budget(DRAWN_FROM).seed(random.nextLong()).explore(image -> {
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
        Recovered recovered = Recovered.of(pool.left(image).recover(RecoveryMode.DROP_TORN_TAIL));
        boolean repaired = files.keySet().stream().anyMatch(name -> !Arrays.equals(files.get(name), image.bytes(name)));
        return new Crash(files, List.copyOf(image.acknowledged()), List.copyOf(image.inFlight()), recovered, repaired);
    }

    /** All that crashes may leave of the run. */
    Exploration exploration(LogMachine machine) {
        return Exploration.of(trace).model(machine.model());
    }
}
