// SPDX-License-Identifier: Apache-2.0
package org.selkie;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.selkie.extent.ExtentReport;
import org.selkie.fault.LogStoppedException;
import org.selkie.fault.PoolFormatException;
import org.selkie.fault.PositionException;
import org.selkie.fault.ReadOnlyException;
import org.selkie.format.ExtentHeader;
import org.selkie.format.PoolHeader;
import org.selkie.kv.KvStore;
import org.selkie.kv.OrderedStore;
import org.selkie.kv.StoreCheck;
import org.selkie.kv.StoreOptions;
import org.selkie.kv.StoreReport;
import org.selkie.log.Finding;
import org.selkie.log.Log;
import org.selkie.log.LogKind;
import org.selkie.log.LogOpener;
import org.selkie.log.LogOptions;
import org.selkie.persist.Durability;

/**
 * Sealed extents on one medium, and the named logs on them: a directory of files, a device-dax device, or anonymous
 * memory.
 *
 * <pre>{@code
 * try (Pool pool = Pool.open(Path.of("/mnt/pmem/orders"), PoolOptions.defaults())) {
 *     Log log = pool.log("orders");
 *     long position = log.append("first".getBytes(UTF_8));   // durable when it returns
 * }
 * }</pre>
 *
 * <p>{@link #durability} says what an acknowledged write survives here and {@link #report} why; {@link #recovery} says what
 * opening found. One process writes a pool at a time; others may open it for reading.
 *
 * <p><b>Errors</b> of opening: {@link org.selkie.fault.DurabilityUnavailableException},
 * {@link org.selkie.fault.ExtentBusyException} (another process has it), {@link PoolFormatException} (not a pool, or a
 * newer one), {@link org.selkie.log.DamagedLogException}, {@link org.selkie.fault.SystemCallException}.
 */
public final class Pool implements AutoCloseable {

    private final PoolExtents extents;
    private final PoolHeader header;
    private final PoolOptions options;
    private final RecoveryReport recovery;
    private final Map<String, LogOpener> logs;
    private final Map<String, KvStore> stores = new HashMap<>();
    /** What was given to a user to write, so that no store is opened on it. */
    private final Set<String> plainLogs = new HashSet<>();
    private boolean closed;

    Pool(PoolExtents extents, PoolHeader header, PoolOptions options, RecoveryReport recovery,
            Map<String, LogOpener> logs) {
        this.extents = extents;
        this.header = header;
        this.options = options;
        this.recovery = recovery;
        this.logs = logs;
    }

    /** Opens the pool in a directory or on a device-dax device, and makes it if it is not there and options allow it. */
    public static Pool open(Path path, PoolOptions options) {
        return PoolOpening.open(path, options);
    }

    /**
     * Whether there is a pool at a path: its header, not whether its extents can be read. Changes nothing.
     *
     * @throws PoolFormatException if there is a header, and it is damaged or of a newer version
     */
    public static boolean exists(Path path) {
        return PoolOpening.exists(path);
    }

    /** As {@link #open(Path, PoolOptions)} with {@link PoolOptions#defaults}. */
    public static Pool open(Path path) {
        return open(path, PoolOptions.defaults());
    }

    /**
     * A new pool in anonymous memory (memfd). It ends with the process: for caches, tests and benchmarks.
     *
     * @param options whose durability must be {@link Durability#PROCESS_CRASH}
     */
    public static Pool inMemory(String name, PoolOptions options) {
        return PoolOpening.inMemory(name, options);
    }

    /** The log of a name, for any number of writers; a new one if there is none. */
    public Log log(String name) {
        return log(name, LogOptions.defaults());
    }

    /**
     * The log of a name; a new one if there is none and the pool is open for writing. If it is a store's, it can be read, and
     * what would change it is refused with a {@link ReadOnlyException}.
     */
    public synchronized Log log(String name, LogOptions logOptions) {
        requireOpen();
        LogOpener opener = opener(name);
        // Who may only read needs no look at whose it is, which another process may trim under it.
        boolean known = options.readOnly() || plainLogs.contains(name);
        if (stores.containsKey(name) || (!known && opener.kind() == LogKind.STORE)) {
            return opener.openForReading();
        }
        Log log = opener.open(logOptions);
        if (!options.readOnly()) {
            plainLogs.add(name);
        }
        return log;
    }

    private LogOpener opener(String name) {
        LogOpener opener = logs.get(name);
        return opener == null ? create(name) : opener;
    }

    /** The store of a name; a new one if there is none and the pool is open for writing. */
    public KvStore store(String name) {
        return store(name, StoreOptions.defaults());
    }

    /**
     * The store of a name; a new one if there is none and the pool is open for writing. The same one every time. It lies in a
     * log of its name, which is scanned when the store is opened, unless it was closed with its index at its end.
     *
     * @throws PoolFormatException if the log of this name is a user's, or is a store's and holds a record of a user's, which
     *                             {@link org.selkie.log.RecoveryMode#SALVAGE} passes
     */
    public synchronized KvStore store(String name, StoreOptions storeOptions) {
        requireOpen();
        KvStore known = stores.get(name);
        if (known != null) {
            if (!known.options().equals(storeOptions)) {
                throw new IllegalStateException("store " + name + " is open with " + known.options() + " already, not with "
                        + storeOptions);
            }
            return known;
        }
        if (plainLogs.contains(name)) {
            throw new IllegalStateException("\"" + name + "\" is open as a log in pool " + extents.name()
                    + ", and may have been appended to; a store needs a name of its own");
        }
        KvStore opened = KvStore.open(opener(name).openForStore(), storeOptions, options.recoveryMode());
        stores.put(name, opened);
        return opened;
    }

    private LogOpener create(String name) {
        requireName(name);
        if (options.readOnly()) {
            throw new PositionException("pool " + extents.name() + " has no log \"" + name + "\"; it has "
                    + (logs.isEmpty() ? "none" : String.join(", ", logs.keySet())));
        }
        var first = extents.take(name, System.currentTimeMillis(), 0);
        LogOpener opener = LogOpener.examine(name, List.of(first), options.recoveryMode(), false, false).recover(extents);
        logs.put(name, opener);
        extents.sealLoss().watch(name, opener);
        return opener;
    }

    /**
     * Refuses what can be the name of no log and no store.
     *
     * @param name what it is to be called
     * @throws PoolFormatException if it is empty, too long or has control characters
     */
    public static void requireName(String name) {
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (!ExtentHeader.isLogName(name)) {
            throw new PoolFormatException("a log name of " + bytes + " bytes; expected 1 to " + ExtentHeader.MAX_NAME_BYTES
                    + " bytes of UTF-8 without control characters");
        }
    }

    /** As {@link #store(String)}, with the keys in order: for scans of ranges and prefixes. */
    public OrderedStore orderedStore(String name) {
        return store(name, StoreOptions.defaults().withOrder()).ordered();
    }

    /** The names of the logs, in order. */
    public synchronized Set<String> logs() {
        return new TreeSet<>(logs.keySet());
    }

    /**
     * The names of the logs that can be opened as stores, in order: those that hold a store's records, and those without a
     * record.
     */
    public synchronized Set<String> stores() {
        requireOpen();
        Set<String> names = new TreeSet<>(stores.keySet());
        logs.forEach((name, opener) -> {
            if (!plainLogs.contains(name) && opener.kind() != LogKind.USER) {
                names.add(name);
            }
        });
        return names;
    }

    /**
     * Reads all records of a store and compares them with each other, beyond what their checksums say, which is in
     * {@link #recovery} already, and passes over those in {@link #foreignRecords}. Changes nothing.
     *
     * @param name one of {@link #stores}
     */
    public synchronized StoreReport checkStore(String name) {
        requireOpen();
        return StoreCheck.of(opener(name).openForStore());
    }

    /**
     * The records in stores' logs that are not the store's: an earlier version let users append there. A store with one opens
     * with {@link org.selkie.log.RecoveryMode#SALVAGE} only. Reads every store's log from its beginning to its end.
     */
    public List<Finding> foreignRecords() {
        List<LogOpener> openers;
        synchronized (this) {
            requireOpen();
            openers = List.copyOf(new TreeMap<>(logs).values());
        }
        return openers.stream().flatMap(opener -> opener.foreignRecords().stream()).toList();
    }

    /** What opening found. */
    public RecoveryReport recovery() {
        return recovery;
    }

    /** What an acknowledged write survives here. */
    public Durability durability() {
        return report().durability();
    }

    /** The medium, the seal's tier, the granularity and the durability, each with the reason. */
    public ExtentReport report() {
        requireOpen();
        return extents.report();
    }

    /** The length of each extent. */
    public long extentBytes() {
        return header.extentBytes();
    }

    /**
     * Checks every extent's seal, length and block map. Logs may roll over and be trimmed meanwhile: an extent that the pool
     * itself lets go of is no finding.
     *
     * @throws org.selkie.fault.SealBrokenException where an extent is not what was sealed
     */
    public void audit() {
        requireOpen();
        extents.audit();
    }

    /** The directory, device or name. */
    public String name() {
        return extents.name();
    }

    private synchronized void requireOpen() {
        if (closed) {
            throw new LogStoppedException("pool " + extents.name() + " is closed; open it again");
        }
    }

    /**
     * Stops every log, makes everything durable, unmaps, and releases the seals. Appends that are under way finish;
     * later ones, and reads, throw {@link LogStoppedException}.
     */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        Failures failures = new Failures();
        boolean kept = extents.isKept();
        stores.values().forEach(store -> failures.attempt(() -> store.stop(kept)));
        failures.attempt(() -> extents.close(logs.values()));
        failures.throwFirst();
    }

    /** For a pool that may be absent. */
    static @Nullable PoolHeader headerOf(ExtentMedium medium, String where) {
        return medium.readPoolHeader().flatMap(bytes -> PoolHeader.decode(bytes, where)).orElse(null);
    }

    /** For writing only. */
    static void requireWritable(PoolOptions options, String what) {
        if (options.readOnly()) {
            throw new ReadOnlyException(what + " needs a pool that is open for writing; leave out PoolOptions.forReading");
        }
    }
}
