// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.Pool;
import org.selkie.log.StoreLog;
import org.selkie.log.Visibility;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** The same changes give the same bytes for ever. A change here is a change of the format, and needs a new version. */
final class EntryBytesTest {

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void theEntriesOfAStoreAreTheseBytes() {
        InstantSource clock = InstantSource.fixed(Instant.ofEpochMilli(1_700_000_000_000L));
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            KvStore store = pool.store("store", StoreOptions.defaults().withoutBackground().withClock(clock));
            store.put(ascii("key"), ascii("value"));
            store.put(ascii("other"), ascii("v"), Duration.ofMillis(16));
            store.batch().delete(ascii("key")).put(ascii("k"), new byte[0]).commit();
            assertEquals("""
                    1000 type 16 flags 0 0000000000000000 03000000 6b657976616c7565
                    1040 type 16 flags 0 0000000000000000 05000001 1068e5cf8b0100006f7468657276
                    1080 type 17 flags 1 0010000000000000 03000000 6b6579
                    10c0 type 16 flags 2 0000000000000000 01000000 6b
                    """, dump(store.storeLog()));
            for (int i = 0; i < 20; i++) {
                store.put(ascii("long"), new byte[4000]);
            }
            store.compact();
            assertEquals("""
                    17000 type 16 flags 0 4010000000000000 05000003 1068e5cf8b01000040100000000000006f7468657276
                    17040 type 16 flags 0 c010000000000000 01000002 c0100000000000006b
                    """, dump(store.storeLog()));
        }
    }

    private static String dump(StoreLog log) {
        StringBuilder text = new StringBuilder();
        StoreLog.Cursor cursor = log.cursor(Visibility.VISIBLE);
        while (cursor.reader().next()) {
            if (cursor.reader().lengthBytes() < 100) {
                byte[] payload = cursor.memory().asSlice(24, cursor.reader().lengthBytes()).toArray(ValueLayout.JAVA_BYTE);
                HexFormat hex = HexFormat.of();
                text.append(String.format("%x type %d flags %d ", cursor.reader().position(), cursor.type(), cursor.flags()))
                        .append(hex.formatHex(payload, 0, 8)).append(' ').append(hex.formatHex(payload, 8, 12)).append(' ')
                        .append(hex.formatHex(payload, 12, payload.length)).append('\n');
            }
        }
        return text.toString();
    }
}
