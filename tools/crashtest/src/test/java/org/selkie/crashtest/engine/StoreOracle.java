// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.selkie.ImagePool;
import org.selkie.Pool;
import org.selkie.crashtest.CrashImage;
import org.selkie.crashtest.Recovery;
import org.selkie.crashtest.StateChecker;
import org.selkie.crashtest.trace.Operation;
import org.selkie.fault.PositionException;
import org.selkie.kv.Change;
import org.selkie.kv.ChangeFeed;
import org.selkie.kv.KvStore;
import org.selkie.kv.StoreOpening;
import org.selkie.log.LogRecovery;
import org.selkie.log.RecoveryMode;

/**
 * What a store owes after a crash: of each thread's keys, the values after all of its acknowledged changes, and of the one that
 * was in flight all or nothing, a batch too; no other key; and no crash is called damage. Whatever compaction was doing changes
 * nothing of that. A backup that was acknowledged, with what was changed since as the store now tells it, gives what the store
 * holds now. The store also goes on: what is changed then is there after a clean close, which the strictest mode opens.
 */
final class StoreOracle implements Recovery<StoreState>, StateChecker<StoreState> {

    private static final int NOBODY = 99;

    private final ImagePool pool;
    private final boolean afterCrash;
    private final LongAdder byIndex = new LongAdder();
    private final LongAdder unscanned = new LongAdder();

    /**
     * The oracle of a run.
     *
     * @param afterCrash whether the run begins with what a crash left, and an {@link Opening} of that
     */
    StoreOracle(ImagePool pool, boolean afterCrash) {
        this.pool = pool;
        this.afterCrash = afterCrash;
    }

    /** Opening what a crash left: from then on, what it found is owed. An operation's description. */
    record Opening(StoreState first) {
    }

    /** A backup up to a position, and what it holds. An operation's description. */
    record BackedUp(long position, StoreState content) {
    }

    @Override
    public StoreState recover(CrashImage image) {
        Pool opened = pool.left(image).recover(RecoveryMode.DROP_TORN_TAIL);
        require(!opened.recovery().hasLoss(), () -> "a crash is called damage: " + opened.recovery());
        boolean closed = image.inFlight().isEmpty() && !image.acknowledged().isEmpty()
                && image.acknowledged().getLast().description() instanceof LogOracle.Closing;
        require(!closed || opened.recovery().isClean(), () -> "after a clean close: " + opened.recovery());
        StoreState state = StoreState.of(opened);
        if (opened.logs().contains(StoreState.STORE)
                && StoreState.store(opened).statistics().opening() == StoreOpening.CHECKPOINT) {
            byIndex.increment();
        }
        for (LogRecovery log : opened.recovery().logs()) {
            if (log.trusted()) {
                unscanned.increment();
                RecordsBehind.requireNone(image, log.endPosition());
            }
        }
        return state;
    }

    /** How many images were opened by the index that stood behind the records. */
    long byIndex() {
        return byIndex.sum();
    }

    /** How many of those without a look at the records. */
    long unscanned() {
        return unscanned.sum();
    }

    @Override
    public void check(StoreState recovered, CrashImage image) {
        Map<String, ByteBuffer> owed = new HashMap<>();
        boolean opened = !afterCrash;
        for (Operation operation : image.acknowledged()) {
            switch (operation.description()) {
                case Opening opening -> {
                    owed.putAll(opening.first.entries());
                    opened = true;
                }
                case StoreChange change -> change.applyTo(owed);
                default -> { }
            }
        }
        for (Operation operation : image.inFlight()) {
            if (operation.description() instanceof Opening opening) {
                require(recovered.equals(opening.first), () -> "recovery that crashed, run again: " + recovered
                        + ", the first time: " + opening.first);
            }
        }
        if (!opened) {
            return;
        }
        allOrNothing(recovered, new StoreState(owed), image.inFlight());
        goOn(recovered, image);
    }

    private static void allOrNothing(StoreState recovered, StoreState owed, List<Operation> inFlight) {
        TreeSet<Integer> owners = new TreeSet<>();
        recovered.entries().keySet().forEach(key -> owners.add(StoreChange.ownerOf(key)));
        owed.entries().keySet().forEach(key -> owners.add(StoreChange.ownerOf(key)));
        for (int owner : owners) {
            Map<String, ByteBuffer> found = recovered.of(owner);
            Map<String, ByteBuffer> without = owed.of(owner);
            boolean fits = found.equals(without);
            for (Operation operation : inFlight) {
                if (operation.description() instanceof StoreChange change && change.owner() == owner) {
                    Map<String, ByteBuffer> with = new HashMap<>(without);
                    change.applyTo(with);
                    fits |= found.equals(with);
                }
            }
            require(fits, () -> "thread " + owner + " is owed " + new StoreState(new TreeMap<>(without)) + " and perhaps "
                    + inFlight + "; found " + new StoreState(new TreeMap<>(found)));
        }
    }

    /** What was recovered stays, is what a backup's holder learns, and takes changes that outlive a clean close. */
    private void goOn(StoreState recovered, CrashImage image) {
        ImagePool.Left left = pool.left(image);
        Map<String, ByteBuffer> further = new TreeMap<>(recovered.entries());
        try (Pool opened = left.open()) {
            KvStore store = StoreState.store(opened);
            image.acknowledged().forEach(operation -> {
                if (operation.description() instanceof BackedUp backup) {
                    follow(backup, store, recovered);
                }
            });
            String fresh = StoreChange.keyOf(NOBODY, 0);
            byte[] value = {1, 2, 3};
            store.put(StoreState.bytes(fresh), value);
            further.put(fresh, ByteBuffer.wrap(value));
            if (!recovered.entries().isEmpty()) {
                String gone = recovered.entries().keySet().iterator().next();
                require(store.delete(StoreState.bytes(gone)), () -> "key " + gone + " was not there to delete");
                further.remove(gone);
            }
        }
        StoreState again = StoreState.of(left.recover(RecoveryMode.STRICT));
        require(again.entries().equals(further),
                () -> "with a change, and closed: " + again + ", expected " + new StoreState(further));
    }

    private static void follow(BackedUp backup, KvStore store, StoreState recovered) {
        Map<String, ByteBuffer> copy = new TreeMap<>(backup.content.entries());
        try (ChangeFeed feed = store.changesSince(backup.position)) {
            for (Change change = feed.next(); change != null; change = feed.next()) {
                byte[] value = change.value();
                if (value == null) {
                    copy.remove(StoreState.key(change.key()));
                } else {
                    copy.put(StoreState.key(change.key()), ByteBuffer.wrap(value));
                }
            }
        } catch (PositionException e) {
            // Compacted since: whoever has the backup is told so, and makes another one.
            return;
        }
        require(copy.equals(recovered.entries()), () -> "the backup at position " + backup.position
                + " and what was changed since: " + new StoreState(copy) + ", the store: " + recovered);
    }

    private static void require(boolean holds, Supplier<String> otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise.get());
        }
    }
}
