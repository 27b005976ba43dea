// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The checksums of every file that this machine's packages brought, as a store: path to digest. */
final class RealLoadTest {

    private static final Path DPKG = Path.of("/var/lib/dpkg/info");

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    private static NavigableMap<String, String> digests() throws IOException {
        NavigableMap<String, String> digests = new TreeMap<>((a, b) -> Arrays.compareUnsigned(bytes(a), bytes(b)));
        try (Stream<Path> files = Files.list(DPKG)) {
            for (Path file : files.filter(name -> name.toString().endsWith(".md5sums")).sorted().toList()) {
                for (String line : Files.readString(file, StandardCharsets.ISO_8859_1).split("\n", -1)) {
                    int gap = line.indexOf("  ");
                    if (gap > 0) {
                        digests.put(line.substring(gap + 2), line.substring(0, gap));
                    }
                }
            }
        }
        return digests;
    }

    /** Paths are bytes, whatever their encoding. */
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void everyPathOfTheMachineIsLoadedScannedHalfDeletedCompactedAndThereAgain() throws IOException {
        assumeTrue(Files.isDirectory(DPKG), "there is no dpkg on this machine: " + DPKG);
        NavigableMap<String, String> digests = digests();
        assumeTrue(digests.size() > 1000, "dpkg knows of " + digests.size() + " files alone");
        Path path = scratch.path("pool");
        PoolOptions options = Pools.small().withExtentBytes(1 << 20);
        NavigableMap<String, String> kept = new TreeMap<>(digests.comparator());
        try (Pool pool = Pool.open(path, options)) {
            OrderedStore store = pool.orderedStore("digests");
            WriteBatch batch = store.store().batch();
            for (Map.Entry<String, String> entry : digests.entrySet()) {
                batch.put(bytes(entry.getKey()), bytes(entry.getValue()));
                if (batch.size() == 500) {
                    batch.commit();
                }
            }
            if (batch.size() > 0) {
                batch.commit();
            }
            compare(store, digests);
            boolean delete = false;
            for (Map.Entry<String, String> entry : digests.entrySet()) {
                delete = !delete;
                if (delete) {
                    assertTrue(store.store().delete(bytes(entry.getKey())));
                } else {
                    kept.put(entry.getKey(), entry.getValue());
                }
            }
            compare(store, kept);
            long before = store.store().statistics().logBytes();
            store.store().compact();
            StoreStatistics after = store.store().statistics();
            assertTrue(after.logBytes() < before, () -> before + " bytes before, " + after.logBytes() + " after");
            compare(store, kept);
            System.out.println("RealLoadTest: " + digests.size() + " paths, " + kept.size() + " kept; the log " + before
                    + " bytes before compaction and " + after.logBytes() + " after, " + after.liveBytes() + " live");
        }
        try (Pool pool = Pool.open(path, options)) {
            assertTrue(pool.recovery().isClean());
            OrderedStore store = pool.orderedStore("digests");
            compare(store, kept);
            for (String gone : digests.keySet()) {
                assertEquals(kept.containsKey(gone), store.store().exists(bytes(gone)));
            }
            assertTrue(pool.checkStore("digests").isClean());
        }
    }

    private static void compare(OrderedStore store, NavigableMap<String, String> expected) {
        assertEquals(expected.size(), store.store().statistics().entries());
        for (Map.Entry<String, String> entry : expected.entrySet()) {
            assertArrayEquals(bytes(entry.getValue()), store.store().get(bytes(entry.getKey())));
        }
        assertNull(store.store().get(bytes("no/such/path")));
        for (String prefix : new String[] {"", "usr/share/doc/", "usr/bin/", "usr/lib/x86_64-linux-gnu/", "etc/", "zzz"}) {
            NavigableMap<String, String> part = expected.subMap(prefix, true, prefix + "\u00ff", false);
            sameOrder(store.scan(Range.prefix(bytes(prefix))), part);
            sameOrder(store.scan(Range.prefix(bytes(prefix)).reversed()), part.descendingMap());
        }
    }

    private static void sameOrder(Iterator<Entry> scan, NavigableMap<String, String> expected) {
        for (Map.Entry<String, String> wanted : expected.entrySet()) {
            assertTrue(scan.hasNext(), () -> "the scan ends before " + wanted.getKey());
            Entry entry = scan.next();
            assertEquals(wanted.getKey(), new String(entry.key(), StandardCharsets.ISO_8859_1));
            assertEquals(wanted.getValue(), new String(entry.value(), StandardCharsets.ISO_8859_1));
        }
        assertFalse(scan.hasNext(), "the scan goes on behind the last key");
    }
}
