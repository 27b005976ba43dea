// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.Pool;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;
import org.selkie.testing.Seed;
import org.selkie.testing.Threads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** An ordered store goes through its keys like a tree map, while others write, and after it was opened again. */
final class OrderedStoreTest {

    @RegisterExtension
    private static final Seed SEED = new Seed();

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** Short ones of few letters, the highest byte among them, so that many begin alike. */
    private static String drawKey(SplittableRandom random) {
        StringBuilder key = new StringBuilder();
        for (int length = 1 + random.nextInt(4); length > 0; length--) {
            key.append("ab\u00ff\u0000".charAt(random.nextInt(4)));
        }
        return key.toString();
    }

    private static List<String> texts(Iterator<Entry> scan) {
        List<String> texts = new ArrayList<>();
        scan.forEachRemaining(entry -> texts.add(text(entry.key()) + "=" + text(entry.value())));
        return texts;
    }

    private static List<String> texts(Map<String, String> model) {
        return model.entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue()).toList();
    }

    private static @Nullable String text(@Nullable Entry entry) {
        return entry == null ? null : text(entry.key());
    }

    @Test
    void aScanIsThatOfATreeMap() {
        Path path = scratch.path("pool");
        SplittableRandom random = SEED.random("scans");
        NavigableMap<String, String> model = new TreeMap<>();
        for (int round = 0; round < 4; round++) {
            try (Pool pool = Pools.open(path)) {
                OrderedStore ordered = pool.orderedStore("store");
                for (int i = 0; i < 600; i++) {
                    String key = drawKey(random);
                    if (random.nextInt(3) == 0) {
                        assertEquals(model.remove(key) != null, ordered.store().delete(bytes(key)));
                    } else {
                        ordered.store().put(bytes(key), bytes("v" + i));
                        model.put(key, "v" + i);
                    }
                    if (i % 6 == 0) {
                        compare(ordered, model, drawKey(random), drawKey(random));
                    }
                }
                ordered.store().compact();
                compare(ordered, model, "a", "b");
            }
        }
    }

    private static void compare(OrderedStore ordered, NavigableMap<String, String> model, String a, String b) {
        assertEquals(texts(model), texts(ordered.scan(Range.all())));
        assertEquals(texts(model.descendingMap()), texts(ordered.scan(Range.all().reversed())));
        assertEquals(texts(model.tailMap(a, true)), texts(ordered.scan(Range.from(bytes(a)))));
        assertEquals(texts(model.headMap(a, false).descendingMap()), texts(ordered.scan(Range.below(bytes(a)).reversed())));
        NavigableMap<String, String> between = a.compareTo(b) > 0 ? new TreeMap<>() : model.subMap(a, true, b, false);
        assertEquals(texts(between), texts(ordered.scan(Range.between(bytes(a), bytes(b)))));
        NavigableMap<String, String> prefixed = new TreeMap<>(model);
        prefixed.keySet().removeIf(key -> !key.startsWith(a));
        assertEquals(texts(prefixed), texts(ordered.scan(Range.prefix(bytes(a)))));
        assertEquals(texts(prefixed.descendingMap()), texts(ordered.scan(Range.prefix(bytes(a)).reversed())));
        assertEquals(model.isEmpty() ? null : model.firstKey(), text(ordered.first()));
        assertEquals(model.isEmpty() ? null : model.lastKey(), text(ordered.last()));
        assertEquals(model.floorKey(a), text(ordered.floor(bytes(a))));
        assertEquals(model.ceilingKey(a), text(ordered.ceiling(bytes(a))));
    }

    @Test
    void aScanOfASnapshotIsOfOneMomentThoughOthersWrite() {
        try (Pool pool = Pools.open(scratch.path("pool")); Threads threads = new Threads()) {
            OrderedStore ordered = pool.orderedStore("store");
            SplittableRandom random = SEED.random("writer");
            AtomicBoolean done = new AtomicBoolean();
            threads.start(() -> {
                for (int i = 0; i < 3000; i++) {
                    // What one batch writes is even in sum, whichever keys are there.
                    String key = drawKey(random);
                    if (random.nextBoolean()) {
                        ordered.store().batch().put(bytes("x" + key), bytes("1")).put(bytes("y" + key), bytes("1")).commit();
                    } else {
                        ordered.store().batch().delete(bytes("x" + key)).delete(bytes("y" + key)).commit();
                    }
                }
                done.set(true);
            });
            threads.start(() -> {
                while (!done.get()) {
                    try (Snapshot snapshot = ordered.store().snapshot()) {
                        List<String> low = texts(ordered.scan(Range.prefix(bytes("x")), snapshot));
                        List<String> high = texts(ordered.scan(Range.prefix(bytes("y")), snapshot));
                        assertEquals(low.stream().map(key -> "y" + key.substring(1)).toList(), high);
                    }
                    List<String> now = texts(ordered.scan(Range.all()));
                    assertEquals(now.stream().sorted().distinct().count(), now.size());
                }
            });
            threads.await(120);
        }
    }

    @Test
    void aStoreWithoutOrderSaysSo() {
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            IllegalStateException e = assertThrows(IllegalStateException.class, () -> pool.store("store").ordered());
            assertTrue(e.getMessage().contains("Pool.orderedStore"), e::getMessage);
        }
    }
}
