// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.fault.SelkieException;
import org.selkie.persist.Durability;
import org.selkie.testing.Pools;

/**
 * Writes and reads a pool while its files are damaged by the parent, closes it, and reads what can be saved. A fresh pool
 * each round. Arguments: directory, durability, seed, first round, one after the last round.
 */
final class UnderfootChild {

    static final int WRONG_RECORD = 10;
    static final int UNTYPED = 11;
    static final int STUCK = 12;
    static final int LOST = 13;
    static final int REFUSED = 14;

    private static final int MOST_RECORDS = 200_000;
    private static final int READY_AFTER = 500;
    private static final long GO_ON_MILLIS = 60;
    private static final long STUCK_MILLIS = 20_000;
    private static final int KEPT_RECORDS = 3000;

    private final SplittableRandom random;
    private final boolean trims;
    private final long[] positions = new long[MOST_RECORDS];
    private final Map<String, Integer> seen = new TreeMap<>();
    private volatile int acknowledged;
    private volatile boolean stop;

    private UnderfootChild(long seed, int round) {
        this.random = new SplittableRandom(seed * 31 + round);
        this.trims = random.nextBoolean();
    }

    static PoolOptions options(Durability durability) {
        return PoolOptions.defaults().withDurability(durability).withExtentBytes(256 << 10);
    }

    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        PoolOptions options = options(Durability.valueOf(arguments[1]));
        for (int round = Integer.parseInt(arguments[3]); round < Integer.parseInt(arguments[4]); round++) {
            new UnderfootChild(Long.parseLong(arguments[2]), round).run(directory, options, round);
        }
        System.exit(0);
    }

    private void run(Path directory, PoolOptions options, int round) throws Exception {
        Path path = directory.resolve("pool-" + round);
        Path damaged = directory.resolve("damaged-" + round);
        Pool pool = Pool.open(path, options);
        Log log = pool.log("log");
        LogReader reader = log.reader();
        Thread writer = start("writer", () -> write(log));
        Thread reading = start("reader", () -> read(log, reader));
        while (acknowledged < READY_AFTER) {
            Thread.sleep(1);
        }
        System.out.println("ready " + round);
        while (!Files.exists(damaged)) {
            Thread.sleep(2);
        }
        Thread.sleep(GO_ON_MILLIS);
        stop = true;
        join(writer);
        join(reading);
        try {
            pool.audit();
        } catch (SelkieException e) {
            see("audit", e);
        }
        Thread closing = start("closer", () -> close(pool));
        join(closing);
        reopen(path, options);
        salvage(path, options);
        System.out.println("round " + round + " acknowledged " + acknowledged + (trims ? ", trimmed " : " ") + seen);
    }

    private interface Task {
        void run() throws Exception;
    }

    private Thread start(String name, Task task) {
        return Thread.ofPlatform().daemon().name(name).start(() -> {
            try {
                task.run();
            } catch (Throwable e) {
                System.out.println("untyped in " + name + ": " + e);
                e.printStackTrace(System.out);
                System.exit(UNTYPED);
            }
        });
    }

    private static void join(Thread thread) throws InterruptedException {
        thread.join(STUCK_MILLIS);
        if (thread.isAlive()) {
            System.out.println("stuck: " + thread.getName());
            Thread.getAllStackTraces().forEach((other, stack) -> {
                System.out.println(other.getName());
                for (StackTraceElement element : stack) {
                    System.out.println("    " + element);
                }
            });
            System.exit(STUCK);
        }
    }

    private synchronized void see(String where, SelkieException e) {
        seen.merge(where + ":" + e.getClass().getSimpleName(), 1, Integer::sum);
        if (e.getMessage().isEmpty() || e.getMessage().contains("\n")) {
            System.out.println("untyped: not one line: " + e);
            System.exit(UNTYPED);
        }
    }

    // ---- while it happens

    private void write(Log log) {
        SplittableRandom lengths = random.split();
        while (!stop && acknowledged < MOST_RECORDS) {
            int number = acknowledged;
            try {
                positions[number] = log.append(Pools.payload(number, 8 + lengths.nextInt(lengths.nextInt(8) == 0 ? 5000 : 300)));
                acknowledged = number + 1;
                if (trims && number % 1000 == 999) {
                    log.trim(positions[Math.max(0, number - KEPT_RECORDS)]);
                }
            } catch (SelkieException e) {
                see("writer", e);
                if (!log.isRunning()) {
                    break;
                }
            }
        }
    }

    private void read(Log log, LogReader reader) {
        SplittableRandom choices = random.split();
        while (!stop) {
            try {
                if (reader.next()) {
                    check(reader.position(), reader.bytes());
                } else if (choices.nextInt(20) == 0) {
                    reader.seekToStart();
                } else {
                    Thread.onSpinWait();
                }
            } catch (SelkieException e) {
                see("reader", e);
                goOn(reader, choices);
            }
        }
    }

    private void goOn(LogReader reader, SplittableRandom choices) {
        try {
            switch (choices.nextInt(3)) {
                case 0 -> reader.skipDamaged();
                case 1 -> reader.seekToStart();
                default -> {
                    reader.seekToEnd();
                    if (reader.previous()) {
                        check(reader.position(), reader.bytes());
                    }
                }
            }
        } catch (SelkieException e) {
            see("reader", e);
            LockSupport.parkNanos(100_000);
        }
    }

    /** A record that is handed out is the one that was appended there. */
    private void check(long position, byte[] payload) {
        long number = Pools.number(payload);
        // One more than is acknowledged may be there.
        if (number < 0 || number > acknowledged || (number < acknowledged && positions[(int) number] != position)) {
            System.out.println("wrong: at " + position + " stands record " + number + " of " + acknowledged + ", "
                    + payload.length + " bytes");
            System.exit(WRONG_RECORD);
        }
    }

    private void close(Pool pool) {
        try {
            pool.close();
        } catch (SelkieException e) {
            see("close", e);
            try {
                pool.close();
            } catch (SelkieException again) {
                see("close again", again);
            }
        }
    }

    // ---- afterwards

    private void reopen(Path path, PoolOptions options) {
        try (Pool pool = Pool.open(path, options.forReading())) {
            readAll(pool.log("log"), new TreeSet<>(), "for reading");
        } catch (SelkieException e) {
            see("open for reading", e);
        }
        try (Pool pool = Pool.open(path, options.withoutCreating())) {
            readAll(pool.log("log"), new TreeSet<>(), "reopened");
        } catch (SelkieException e) {
            see("open", e);
        }
    }

    /** Salvage refuses nothing, and leaves a pool with the same records that opens without it. */
    private void salvage(Path path, PoolOptions options) {
        TreeSet<Long> there = new TreeSet<>();
        TreeSet<Long> again = new TreeSet<>();
        try {
            try (Pool pool = Pool.open(path, options.withoutCreating().withRecoveryMode(RecoveryMode.SALVAGE))) {
                readAll(pool.log("log"), there, "salvaged");
            }
            try (Pool pool = Pool.open(path, options.withoutCreating())) {
                readAll(pool.log("log"), again, "salvaged");
            }
        } catch (SelkieException e) {
            System.out.println("refused: salvaging, " + e);
            e.printStackTrace(System.out);
            System.exit(REFUSED);
        }
        if (!there.equals(again) || seen.keySet().stream().anyMatch(what -> what.startsWith("salvaged"))) {
            System.out.println("lost: " + there.size() + " records were salvaged, then there were " + again.size() + "; " + seen);
            System.exit(LOST);
        }
        TreeSet<Long> extents = new TreeSet<>();
        for (int number = 0; number < acknowledged && !trims; number++) {
            if (!there.contains(positions[number])) {
                extents.add(positions[number] / options.extentBytes());
            }
        }
        if (extents.size() > 1) {
            System.out.println("lost: one extent was damaged, and records are missing in " + extents);
            System.exit(LOST);
        }
    }

    private void readAll(Log log, TreeSet<Long> there, String where) {
        LogReader reader = log.reader(Visibility.VISIBLE);
        while (true) {
            try {
                if (!reader.next()) {
                    return;
                }
                check(reader.position(), reader.bytes());
                there.add(reader.position());
            } catch (SelkieException e) {
                see(where, e);
                reader.skipDamaged();
            }
        }
    }
}
