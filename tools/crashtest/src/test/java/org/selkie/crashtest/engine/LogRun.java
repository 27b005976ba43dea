// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.selkie.ImagePool;
import org.selkie.crashtest.Exploration;
import org.selkie.crashtest.engine.Recovered.Entry;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.Operation;
import org.selkie.crashtest.trace.Recorder;
import org.selkie.crashtest.trace.Trace;
import org.selkie.format.ExtentHeader;

/** A recorded run of a log, and who knows what it owes after a crash. */
record LogRun(Trace trace, LogOracle oracle) {

    /** From a new pool on. */
    static LogRun record(LogWorkload workload, LogMachine machine, SplittableRandom random) {
        Recorder recorder = Recorder.create();
        ImagePool pool = ImagePool.create(machine.granularity(), machine.recording(), workload.extents(), recorder);
        workload.run(new LogSession(pool, recorder, random));
        return new LogRun(recorder.trace(), new LogOracle(pool, false));
    }

    /** From a crash of a workload on. */
    static LogRun recordRecovery(LogWorkload workload, LogMachine machine, SplittableRandom random) {
        LogCrashes crashes = LogCrashes.of(workload, machine, random);
        LogCrashes.Crash crash = crashes.any(random);
        LogRun run = recordRecovery(crashes, crash, LogLife.values()[random.nextInt(LogLife.values().length)], random);
        boolean stores = run.trace.events().stream().anyMatch(Event.Store.class::isInstance);
        // Where there is nothing to recover, and nothing is done then, there is nothing to explore.
        return stores ? run : recordRecovery(crashes, crash, LogLife.APPENDS, random);
    }

    /**
     * From a crash on: recovery is part of what is recorded, with what it writes over torn records, and so is the life after
     * it.
     */
    static LogRun recordRecovery(LogCrashes crashes, LogCrashes.Crash crash, LogLife life, SplittableRandom random) {
        Recorder second = Recorder.create();
        ImagePool after = crashes.pool().after(crash.image(), second);
        // What was promised is promised still.
        crash.acknowledged().forEach(operation -> second.acknowledge(second.begin(operation.description())));
        Map<Append, Operation> inFlight = new HashMap<>();
        for (Operation operation : crash.inFlight()) {
            Operation again = second.begin(operation.description());
            if (operation.description() instanceof Append append) {
                inFlight.put(append, again);
            }
        }
        second.acknowledge(second.begin(new LogOracle.Promises()));
        LogSession session = new LogSession(after, second, random);
        Operation opening = second.begin(new LogOracle.Opening(crash.recovered()));
        session.within(opened -> {
            // Who closes at once learns of nothing before that.
            if (life != LogLife.CLOSES) {
                second.acknowledge(opening);
                promise(inFlight, crash.recovered(), second);
            }
            life.live(opened, session);
        });
        return new LogRun(second.trace(), new LogOracle(after, true));
    }

    /**
     * Stores of a run after which its process may be killed: all that go into headers, and some records.
     *
     * @param records how many of those
     */
    List<Integer> killPoints(int records, SplittableRandom random) {
        List<Integer> points = new ArrayList<>();
        List<Integer> others = new ArrayList<>();
        for (Event event : trace.events()) {
            if (event instanceof Event.Store store) {
                (store.offsetBytes() < ExtentHeader.BYTES ? points : others).add(event.number() + 1);
            }
        }
        for (int i = 0; i < records && !others.isEmpty(); i++) {
            points.add(others.get(random.nextInt(others.size())));
        }
        return points;
    }

    /**
     * The process of this run is killed, and another one recovers, on the same machine: what was stored is there to be read, and
     * not all of it is durable.
     *
     * @param events how many of them had happened
     */
    LogRun killedAfter(int events, LogLife life, SplittableRandom random) {
        Recorder second = Recorder.afterKill(trace, events);
        Map<Append, Operation> inFlight = new HashMap<>();
        Map<LogOracle.Trim, Operation> trims = new HashMap<>();
        for (Event event : second.trace().events()) {
            if (event instanceof Event.Begin begin && begin.operation().description() instanceof LogOracle.Trim trim) {
                trims.put(trim, begin.operation());
            } else if (event instanceof Event.Acknowledge end && end.operation().description() instanceof LogOracle.Trim trim) {
                trims.remove(trim);
            } else if (event instanceof Event.Begin begin && begin.operation().description() instanceof Append append) {
                inFlight.put(append, begin.operation());
            } else if (event instanceof Event.Acknowledge end && end.operation().description() instanceof Append append) {
                inFlight.remove(append);
            }
        }
        ImagePool after = oracle.pool().after(second);
        LogSession session = new LogSession(after, second, random);
        session.within(opened -> {
            if (life != LogLife.CLOSES) {
                Recovered recovered = Recovered.of(opened);
                promise(inFlight, recovered, second);
                // Where the log was seen to begin, it begins.
                trims.forEach((trim, operation) -> {
                    if (recovered.start() >= trim.position()) {
                        second.acknowledge(operation);
                    }
                });
            }
            life.live(opened, session);
        });
        return new LogRun(second.trace(), new LogOracle(after, false));
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

    /** All that crashes may leave of the run. */
    Exploration exploration(LogMachine machine) {
        return Exploration.of(trace).model(machine.model());
    }
}
