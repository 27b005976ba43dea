// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import org.selkie.ImagePool;
import org.selkie.Pool;
import org.selkie.crashtest.CrashImage;
import org.selkie.crashtest.Recovery;
import org.selkie.crashtest.StateChecker;
import org.selkie.crashtest.trace.Operation;
import org.selkie.crashtest.trace.Recorder;
import org.selkie.crashtest.trace.Trace;
import org.selkie.format.RecordLayout;
import org.selkie.log.RecoveryMode;

/**
 * A log that the medium has damaged, and that salvage repairs while the power may go: until it is done, salvage finds the same
 * again; from then on it is a log like any other, with all that was left, and without a trace of the damage.
 *
 * @param trace from the damaged pool on
 */
record SalvagedLog(Trace trace, ImagePool pool, Recovered left) implements Recovery<Recovered>, StateChecker<Recovered> {

    /** What happens to a cleanly closed log of several extents. */
    enum Damage {
        RECORD_AMONG_OTHERS((files, closed) -> flip(files, closed.entries().get(closed.entries().size() / 2).position())),
        /** What covers it is what it lacks: it must not verify again, with the salvage that dropped it under way. */
        END_OF_A_RECORD_AMONG_OTHERS((files, closed) -> cut(files, closed.entries().get(closed.entries().size() / 2))),
        END_OF_THE_LAST_RECORD((files, closed) -> cut(files, closed.entries().getLast())),
        FIRST_EXTENT((files, closed) -> files.remove(nameOf(files, 0))),
        MIDDLE_EXTENT((files, closed) -> files.remove(nameOf(files, 1))),
        LAST_EXTENT((files, closed) -> files.remove(nameOf(files, 2)));

        private final BiFunction<Map<String, byte[]>, Recovered, Object> to;

        Damage(BiFunction<Map<String, byte[]>, Recovered, Object> to) {
            this.to = to;
        }
    }

    private static byte[] flip(Map<String, byte[]> files, long position) {
        byte[] extent = files.get(nameOf(files, (int) (position / ImagePool.EXTENT_BYTES)));
        extent[(int) (position % ImagePool.EXTENT_BYTES)] ^= 1;
        return extent;
    }

    /** Only the last word is gone, and that is what a record over it would have there. */
    private static byte[] cut(Map<String, byte[]> files, Recovered.Entry last) {
        long end = last.position() + RecordLayout.recordBytes(last.payload().length);
        byte[] extent = files.get(nameOf(files, (int) (last.position() / ImagePool.EXTENT_BYTES)));
        Arrays.fill(extent, (int) (end % ImagePool.EXTENT_BYTES) - Long.BYTES, (int) (end % ImagePool.EXTENT_BYTES), (byte) 0);
        return extent;
    }

    /** The file of a place in the log. */
    private static String nameOf(Map<String, byte[]> files, int sequence) {
        String holder = Losses.holderOf(files, sequence * ImagePool.EXTENT_BYTES);
        if (holder == null) {
            throw new AssertionError("the log has no extent number " + sequence);
        }
        return holder;
    }

    /** Three extents with records, closed cleanly, damaged, and salvaged under a recorder; then closed. */
    static SalvagedLog record(Damage damage, LogMachine machine) {
        Recorder before = Recorder.create();
        ImagePool whole = ImagePool.create(machine.granularity(), machine.recording(), 4, before);
        LogSession session = new LogSession(whole, before, new SplittableRandom(1));
        session.within(pool -> {
            for (int i = 0; i < 9; i++) {
                session.append(session.log(pool), session.random(), 20 + 15_000 * (i % 3 == 1 ? 1 : 0) + 20_000 * (i % 2));
            }
            session.append(session.log(pool), new byte[2 * 4096]);
        });
        Map<String, byte[]> files = new HashMap<>();
        before.regions().forEach(region -> files.put(region.region().name(),
                region.memory().toArray(ValueLayout.JAVA_BYTE)));
        Recovered closed = Recovered.of(whole.left(files).recover(RecoveryMode.STRICT));
        damage.to.apply(files, closed);
        Recovered left = Recovered.of(whole.left(files).recover(RecoveryMode.SALVAGE));
        Recorder recorder = Recorder.create();
        ImagePool damaged = whole.after(files, recorder);
        Operation salvage = recorder.begin("salvage");
        try (Pool pool = damaged.open(RecoveryMode.SALVAGE, () -> { })) {
            LogOracle.require(Recovered.of(pool).equals(left), () -> "salvage finds not what it found before, " + left);
            recorder.acknowledge(salvage);
        }
        return new SalvagedLog(recorder.trace(), damaged, left);
    }

    @Override
    public Recovered recover(CrashImage image) {
        boolean done = !image.acknowledged().isEmpty();
        Pool opened = pool.left(image).recover(done ? RecoveryMode.DROP_TORN_TAIL : RecoveryMode.SALVAGE);
        LogOracle.require(!done || !opened.recovery().hasLoss(), () -> "damaged after salvage: " + opened.recovery());
        Recovered recovered = Recovered.of(opened);
        LogOracle.require(Recovered.backwards(opened.log(Recovered.LOG)).equals(recovered.entries()),
                () -> "read backwards it is not " + recovered);
        LogOracle.require(recovered.equals(left), () -> (done ? "after salvage: " : "salvage that crashed, run again: ")
                + recovered + ", expected " + left);
        return recovered;
    }

    @Override
    public void check(Recovered recovered, CrashImage image) {
        // All that is to be said is said of every image.
    }
}
