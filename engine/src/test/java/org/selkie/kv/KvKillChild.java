// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.persist.Durability;

/**
 * Changes a store with several threads until it is killed, and says of each how many changes it was told are durable.
 * Arguments: pool, durability, report, seed, round, threads.
 */
final class KvKillChild {

    static final String STORE = "killed";
    private static final int LINE_BYTES = 64;

    private KvKillChild() {
    }

    static PoolOptions options(Durability durability) {
        return PoolOptions.defaults().withDurability(durability).withExtentBytes(1 << 17);
    }

    /** A mapped file: stores to it are there after a SIGKILL. */
    static MemorySegment report(Path path, int threads) throws java.io.IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, (long) threads * LINE_BYTES, Arena.global());
        }
    }

    static long acknowledged(MemorySegment report, int thread) {
        return report.get(ValueLayout.JAVA_LONG, (long) thread * LINE_BYTES);
    }

    public static void main(String[] arguments) throws Exception {
        int threads = Integer.parseInt(arguments[5]);
        MemorySegment report = report(Path.of(arguments[2]), threads);
        Pool pool = Pool.open(Path.of(arguments[0]), options(Durability.valueOf(arguments[1])));
        KvStore store = pool.store(STORE);
        for (int i = 0; i < threads; i++) {
            int thread = i;
            KvKillScript script = new KvKillScript(Long.parseLong(arguments[3]), Integer.parseInt(arguments[4]), thread);
            Thread.ofPlatform().start(() -> run(store, script, report, thread));
        }
        System.out.println("writing");
    }

    private static void run(KvStore store, KvKillScript script, MemorySegment report, int thread) {
        try {
            for (long done = 1; done > 0; done++) {
                KvKillScript.submit(store, script.next());
                ValueLayout.JAVA_LONG.varHandle().setRelease(report, (long) thread * LINE_BYTES, done);
            }
        } catch (Throwable e) {
            // The parent looks for this after the kill.
            System.out.println("failed: " + e);
            e.printStackTrace(System.out);
        }
    }
}
