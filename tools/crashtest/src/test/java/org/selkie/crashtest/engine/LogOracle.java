// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.selkie.ImagePool;
import org.selkie.Pool;
import org.selkie.crashtest.CrashImage;
import org.selkie.crashtest.Recovery;
import org.selkie.crashtest.StateChecker;
import org.selkie.crashtest.engine.Recovered.Entry;
import org.selkie.crashtest.trace.Operation;
import org.selkie.log.Log;
import org.selkie.log.RecoveryMode;
import org.selkie.os.HotPath;

/**
 * What a log owes after a crash: every acknowledged record at its position, byte for byte; each other one wholly there or
 * absent, batches likewise; nothing that nobody appended; the beginning where trim put it; and no crash is called damage.
 * It also goes on: a record that is appended then comes behind, and after a clean close the strictest mode opens the pool.
 */
final class LogOracle implements Recovery<Recovered>, StateChecker<Recovered> {

    private static final byte[] ANOTHER = {1, 2, 3};
    private static final long FIRST_POSITION = 4096;
    private static final long MOST_BACKWARDS_BYTES = 16 * 1024;
    /** In a long run, one image of so many is gone on from: that takes as long as three recoveries. */
    private static final int GONE_ON_FROM = Long.getLong("selkie.images", 0) > 1_000_000 ? 16 : 1;

    private final ImagePool pool;
    private final boolean afterCrash;

    /**
     * The oracle of a run.
     *
     * @param afterCrash whether the run begins with what a crash left: nothing is owed before {@link Promises} are acknowledged
     */
    LogOracle(ImagePool pool, boolean afterCrash) {
        this.pool = pool;
        this.afterCrash = afterCrash;
    }

    ImagePool pool() {
        return pool;
    }

    /** Everything that was promised before the run was told. An operation's description. */
    record Promises() {
    }

    /** Opening what a crash left: however far it came, recovery then finds what it found the first time. A description. */
    record Opening(Recovered first) {
    }

    /**
     * A clean close; an operation's description. Nothing is to be recovered after it.
     *
     * @param log whether the log was open, which then says up to where it was written
     */
    record Closing(boolean log) {
    }

    /** A trim; an operation's description. */
    record Trim(long position) {
    }

    /** Recovery did not find these records: they must never come back. An operation's description. */
    record Absence(Append absent) {
    }

    @Override
    public Recovered recover(CrashImage image) {
        Closing closed = closing(image);
        Losses losses = closed != null && closed.log ? new Losses(pool, image) : null;
        Pool opened = pool.left(image).recover(RecoveryMode.DROP_TORN_TAIL);
        if (opened.recovery().hasLoss()) {
            throw new AssertionError("a crash is called damage: " + opened.recovery());
        }
        if (closed != null && !opened.recovery().isClean()) {
            throw new AssertionError("after a clean close: " + opened.recovery());
        }
        Recovered recovered = Recovered.of(opened);
        // Here and not in the check, which sees one image of those that are alike in this. There for what takes long.
        if (recovered.start() >= 0 && recovered.bytes() <= MOST_BACKWARDS_BYTES) {
            requireTheSameBackwards(opened.log(Recovered.LOG), recovered);
        }
        if (losses != null) {
            losses.requireNoticed(recovered);
        }
        return recovered;
    }

    private static void requireTheSameBackwards(Log log, Recovered recovered) {
        List<Entry> backwards = Recovered.backwards(log);
        require(backwards.equals(recovered.entries()), () -> "read backwards: " + backwards + ", forwards: " + recovered);
    }

    /**
     * The close that came last, if nothing has begun since. What was under way when the run's machine crashed, or its process was
     * killed, never ends. While the promises from before a crash are told again, a close among them is not the image's state.
     */
    private @Nullable Closing closing(CrashImage image) {
        if (image.acknowledged().isEmpty() || !(image.acknowledged().getLast().description() instanceof Closing closing)
                || (afterCrash && !isPromised(image))) {
            return null;
        }
        int close = image.acknowledged().getLast().number();
        return image.inFlight().stream().allMatch(operation -> operation.number() < close) ? closing : null;
    }

    private static boolean isPromised(CrashImage image) {
        return image.acknowledged().stream().anyMatch(operation -> operation.description() instanceof Promises);
    }

    @Override
    public void check(Recovered recovered, CrashImage image) {
        if (afterCrash && !isPromised(image)) {
            return;
        }
        TreeMap<Long, byte[]> found = new TreeMap<>();
        long last = -1;
        for (Entry entry : recovered.entries()) {
            require(entry.position() > last, () -> "not in order: " + recovered);
            last = entry.position();
            found.put(entry.position(), entry.payload());
        }
        beginsWhereItWasTrimmed(recovered, image);
        for (Operation operation : image.acknowledged()) {
            switch (operation.description()) {
                case Append append -> takeAll(append, recovered, found);
                case Absence absence -> require(countOf(absence.absent, recovered, found) == 0,
                        () -> absence.absent + " has come back");
                default -> { }
            }
        }
        for (Operation operation : image.inFlight()) {
            if (operation.description() instanceof Opening opening) {
                require(recovered.equals(opening.first), () -> "recovery that crashed, run again: " + recovered
                        + ", the first time: " + opening.first);
            } else if (operation.description() instanceof Append append && countOf(append, recovered, found) > 0) {
                takeAll(append, recovered, found);
            }
        }
        require(found.isEmpty(), () -> "records that nobody appended by then, at " + found.keySet());
        if (isGoneOnFrom(image)) {
            goOn(recovered, image);
        }
    }

    /** Decided by what recovery has left, so that the same image is always treated alike. */
    private static boolean isGoneOnFrom(CrashImage image) {
        int crc = 0;
        for (String name : GONE_ON_FROM == 1 ? List.<String>of() : image.regionNames()) {
            crc = HotPath.crc32c(image.memory(name), image.memory(name).byteSize(), crc);
        }
        return Integer.remainderUnsigned(crc, GONE_ON_FROM) == 0;
    }

    private static void beginsWhereItWasTrimmed(Recovered recovered, CrashImage image) {
        long done = positionOfLastTrim(image.acknowledged());
        long asked = Math.max(done, positionOfLastTrim(image.inFlight()));
        require(recovered.start() >= done || done == 0, () -> "begins at " + recovered.start() + ", trimmed to " + done);
        require(recovered.start() <= Math.max(asked, FIRST_POSITION), () -> "begins at " + recovered.start()
                + ", and nobody has trimmed beyond " + asked);
    }

    private static long positionOfLastTrim(List<Operation> operations) {
        return operations.stream().map(Operation::description).filter(Trim.class::isInstance).map(Trim.class::cast)
                .mapToLong(Trim::position).max().orElse(0);
    }

    /** Those of its records that were not trimmed and are there. */
    private static long countOf(Append append, Recovered recovered, TreeMap<Long, byte[]> found) {
        return append.entries().stream().filter(entry -> entry.position() >= recovered.start())
                .filter(entry -> Arrays.equals(found.get(entry.position()), entry.payload())).count();
    }

    private static void takeAll(Append append, Recovered recovered, TreeMap<Long, byte[]> found) {
        for (Entry entry : append.entries()) {
            if (entry.position() >= recovered.start()) {
                byte[] payload = found.remove(entry.position());
                require(payload != null, () -> "of " + append + ", " + entry + " is lost; recovered " + recovered);
                require(Arrays.equals(payload, entry.payload()), () -> "of " + append + ", " + entry + " has other bytes");
            }
        }
    }

    /** What was recovered stays, another record comes behind it, and a clean close leaves nothing to recover. */
    private void goOn(Recovered recovered, CrashImage image) {
        ImagePool.Left left = pool.left(image);
        List<Entry> longer = new ArrayList<>(recovered.entries());
        try (Pool opened = left.open()) {
            Log log = opened.log(Recovered.LOG);
            if (recovered.bytes() > MOST_BACKWARDS_BYTES) {
                requireTheSameBackwards(log, recovered);
            }
            longer.add(new Entry(log.append(ANOTHER), ANOTHER));
        }
        Pool opened = left.recover(RecoveryMode.STRICT);
        Recovered again = Recovered.of(opened);
        require(again.entries().equals(longer),
                () -> "with another record, and closed: " + again.entries() + ", expected " + longer);
    }

    static void require(boolean holds, Supplier<String> otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise.get());
        }
    }
}
