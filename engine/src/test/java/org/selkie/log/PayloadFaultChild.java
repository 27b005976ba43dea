// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.concurrent.UnsafeBuffer;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.fault.ExtentFaultException;
import org.selkie.fault.LogStoppedException;
import org.selkie.fault.PayloadFaultException;
import org.selkie.persist.Granularity;
import org.selkie.persist.Persister;
import org.selkie.testing.Damage;
import org.selkie.testing.Pools;
import org.selkie.testing.Threads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Appends from a mapped file that it truncates. Arguments: what happens, pool, mapped file, granularity, single writer. */
final class PayloadFaultChild {

    private static final int MAPPED_BYTES = 512 * 1024;
    /** What is left of the file. */
    private static final int LEFT_BYTES = 8192;
    private static final int LONG_BYTES = 200_000;
    private static final int ROUNDS = 50;

    private final Log log;
    private final MemorySegment mapped;
    private final MappedByteBuffer buffer;
    private final AtomicInteger appended = new AtomicInteger();

    private PayloadFaultChild(Log log, FileChannel file) throws Exception {
        this.log = log;
        this.mapped = file.map(FileChannel.MapMode.READ_WRITE, 0, MAPPED_BYTES, Arena.global());
        this.buffer = file.map(FileChannel.MapMode.READ_ONLY, 0, MAPPED_BYTES);
    }

    static PoolOptions options(Granularity granularity) {
        return Pools.small().withExtentBytes(1 << 20).withPersister(_ -> Persister.of(granularity));
    }

    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[1]);
        boolean single = Boolean.parseBoolean(arguments[4]);
        try (Pool pool = Pool.open(directory, options(Granularity.valueOf(arguments[3])));
                FileChannel file = FileChannel.open(Path.of(arguments[2]), StandardOpenOption.CREATE, StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(1), MAPPED_BYTES - 1);
            Log log = pool.log("log", single ? LogOptions.forSingleWriter() : LogOptions.defaults());
            PayloadFaultChild child = new PayloadFaultChild(log, file);
            if (arguments[0].equals("extent")) {
                child.extentFaults(directory);
                System.exit(0);
            }
            child.appendOne();
            file.truncate(LEFT_BYTES);
            for (int round = 0; round < ROUNDS; round++) {
                child.everyWayFaults(round);
            }
            if (!single) {
                child.besideOthers();
            }
            System.out.println("appended " + child.appended);
            Path copied = directory.resolveSibling("copied");
            while (!Files.exists(copied)) {
                Thread.sleep(2);
            }
        }
    }

    private void everyWayFaults(int round) {
        // Of the first page that is gone, across into it, and of nothing that is there.
        int at = LEFT_BYTES - (round % 3 == 0 ? 0 : 37 * round);
        int bytes = LEFT_BYTES - at + 1 + 13 * round;
        long before = log.persistedPosition();
        faults(() -> log.append(mapped.asSlice(at, bytes)));
        faults(() -> log.append(buffer.duplicate().position(at).limit(at + bytes)));
        faults(() -> log.append(new UnsafeBuffer(buffer), at, bytes));
        faults(() -> log.append(new UnsafeBuffer(mapped.address(), MAPPED_BYTES), at, bytes));
        appendOne();
        faults(() -> log.append(mapped.asSlice(at, LONG_BYTES)));
        faults(() -> log.append(buffer.duplicate().position(at).limit(at + LONG_BYTES)));
        assertTrue(log.visiblePosition() > before);
        try (Batch batch = log.batch()) {
            batch.add(next());
            faults(() -> batch.add(mapped.asSlice(at, bytes)));
            faults(() -> batch.add(mapped.asSlice(at, LONG_BYTES)));
            batch.add(next());
            faults(() -> batch.add(buffer.duplicate().position(at).limit(at + bytes)));
            assertEquals(2, batch.size());
            batch.commit();
        }
        // What is left can be appended; nobody counts it, so it is a record like the others.
        byte[] payload = next();
        MemorySegment.copy(MemorySegment.ofArray(payload), 0, mapped, 100, payload.length);
        log.append(mapped.asSlice(100, payload.length));
        assertTrue(log.isRunning());
    }

    private void besideOthers() {
        try (Threads threads = new Threads()) {
            for (int t = 0; t < 2; t++) {
                threads.start(() -> {
                    for (int i = 0; i < 500; i++) {
                        faults(() -> log.append(mapped.asSlice(LEFT_BYTES - 50, 300)));
                    }
                });
            }
            threads.start(() -> {
                for (int i = 0; i < 500; i++) {
                    appendOne();
                }
            });
            threads.await(40);
        }
    }

    private void extentFaults(Path directory) throws Exception {
        appendOne();
        MemorySegment payload = mapped.asSlice(0, 500);
        for (Path extent : Damage.extents(directory)) {
            try (FileChannel file = FileChannel.open(extent, StandardOpenOption.WRITE)) {
                file.truncate(4096);
            }
        }
        assertThrows(ExtentFaultException.class, () -> {
            // The page that the log stands in may be kept by nobody: at the latest the next one is gone.
            for (int i = 0; i < 100; i++) {
                log.append(payload);
            }
        });
        assertThrows(LogStoppedException.class, () -> log.append(payload));
        System.out.println("stopped");
    }

    private byte[] next() {
        int number = appended.getAndIncrement();
        return Pools.payload(number, 8 + number % 300);
    }

    private void appendOne() {
        log.append(next());
    }

    private interface Way {
        void run();
    }

    private static void faults(Way way) {
        String message = assertThrows(PayloadFaultException.class, way::run).getMessage();
        assertTrue(message.contains("truncated") && message.contains("append again"), message);
    }
}
