// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.selkie.Pool;
import org.selkie.fault.DamagedRecordException;
import org.selkie.fault.PositionException;
import org.selkie.fault.SelkieException;
import org.selkie.kv.KvStore;
import org.selkie.kv.StoreOptions;
import org.selkie.log.Finding;
import org.selkie.log.LogRecovery;
import org.selkie.log.RecoveryMode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The pool and the store that a command is about, and the ways to get at them. */
final class StorePlace {
    private static final int TRIES = 4;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();
    @Parameters(index = "0", paramLabel = "POOL", description = "The pool's directory, or a device-dax device.")
    private Path poolPath = Path.of("");
    @Parameters(index = "1", paramLabel = "STORE", description = "The store's name.")
    private String store = "";

    /** What is done with a store. */
    interface Task<T> {
        T run(Pool pool, KvStore store) throws IOException;
    }

    Path poolPath() {
        return poolPath;
    }

    String store() {
        return store;
    }

    /**
     * Opens the store to read it, whoever writes it meanwhile, and reads.
     *
     * @param salvage whether it is read although it is damaged
     * @param repeats whether the task may be done anew if the store was compacted under it
     */
    <T> T read(StoreOptions options, boolean salvage, boolean repeats, Task<T> task) throws IOException {
        for (int attempt = 1;; attempt++) {
            RecoveryMode mode = salvage ? RecoveryMode.SALVAGE : RecoveryMode.DROP_TORN_TAIL;
            try (Pool pool = PoolAccess.forReading(spec, poolPath, mode)) {
                requireStore(spec, pool, store);
                if (!salvage) {
                    requireWhole(pool);
                }
                long start = startOf(pool);
                try {
                    return task.run(pool, pool.store(store, options.withoutBackground()));
                } catch (DamagedRecordException | PositionException e) {
                    if (!wasTrimmedSince(start)) {
                        throw e;
                    }
                    if (!repeats || attempt == TRIES) {
                        throw new CommandFailedException("store " + store
                            + " was compacted by the process that writes it while it was read; try again", e);
                    }
                }
            }
        }
    }

    /** Opens the pool to write to the store, which must be there. */
    Pool openExisting(WritingOptions writing) {
        PoolAccess.requirePool(spec, poolPath);
        Pool pool = Pool.open(poolPath, writing.toPoolOptions().withoutCreating());
        try {
            requireStore(spec, pool, store);
            return pool;
        } catch (RuntimeException e) {
            pool.close();
            throw e;
        }
    }

    private long startOf(Pool pool) {
        return pool.recovery().logs().stream().filter(log -> log.log().equals(store))
            .mapToLong(LogRecovery::startPosition).findFirst().orElse(0);
    }

    private boolean wasTrimmedSince(long start) {
        try (Pool again = PoolAccess.forReading(spec, poolPath)) {
            return startOf(again) > start;
        } catch (SelkieException e) {
            // The first complaint says more.
            return false;
        }
    }

    /** What is lost may have been a key's last value, or its deletion: it is not passed over in silence. */
    private void requireWhole(Pool pool) {
        for (Finding finding : pool.recovery().allFindings()) {
            boolean own = pool.recovery().findings().contains(finding) || isOf(pool, finding);
            if (own && finding.kind().isLoss()) {
                throw new CommandFailedException("store " + store
                    + " is damaged, and a key may have an older value than its last: " + finding
                    + "; see selkie verify, restore it from a backup, or read what is left with --salvage");
            }
        }
    }

    private boolean isOf(Pool pool, Finding finding) {
        return pool.recovery().logs().stream().anyMatch(log -> log.log().equals(store) && log.findings().contains(finding));
    }

    /** Refuses the name of a store that the pool does not have. */
    static void requireStore(CommandSpec spec, Pool pool, String name) {
        Set<String> stores = pool.stores();
        if (stores.contains(name)) {
            return;
        }
        if (pool.logs().contains(name)) {
            throw new UnknownNameException(spec, name + " is a log of pool " + pool.name() + ", and no store; see selkie log");
        }
        throw new UnknownNameException(spec, "pool " + pool.name() + " has no store " + name
            + Nearest.to(name, stores).map(near -> "; did you mean " + near + "?")
                .orElse(stores.isEmpty() ? "; it has none" : "; it has " + String.join(", ", new TreeSet<>(stores))));
    }
}
