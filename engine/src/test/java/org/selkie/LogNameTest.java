// SPDX-License-Identifier: Apache-2.0
package org.selkie;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.fault.PoolFormatException;
import org.selkie.log.RecoveryMode;
import org.selkie.testing.Damage;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** A log's name is printed, so none may say to a terminal what it is not. */
final class LogNameTest {

    private static final int SLOT_BYTES = 512;
    private static final List<String> BAD = List.of("\u001b[2J", "a\nb", "a\u0000", "\u009b1m", "a\u202eb", "a\u2028b",
            "a\u2066b", "\ud800", "");

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    @Test
    void aNameWithControlCharactersIsRefusedAndNotRepeated() {
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            for (String name : BAD) {
                PoolFormatException e = assertThrows(PoolFormatException.class, () -> pool.log(name));
                assertFalse(e.getMessage().chars().anyMatch(Character::isISOControl), "a raw name in the message");
            }
            assertThrows(PoolFormatException.class, () -> pool.log("x".repeat(257)));
            for (String name : List.of("orders/2026", "été", "注文", "👩‍🚀")) {
                pool.log(name).append(new byte[1]);
            }
        }
    }

    @Test
    void aNameInAForgedHeaderIsNeverPrinted() throws IOException {
        for (String name : BAD) {
            Path directory = scratch.path("pool");
            try (Pool pool = Pools.open(directory)) {
                pool.log("x").append(new byte[1]);
            }
            forge(Damage.extents(directory).getFirst(), name.getBytes(StandardCharsets.UTF_8));
            PoolFormatException e = assertThrows(PoolFormatException.class, () -> Pools.open(directory));
            assertFalse(e.getMessage().chars().anyMatch(Character::isISOControl), "a raw name in the message");
            for (PoolOptions options : List.of(Pools.small().forReading(),
                    Pools.small().withRecoveryMode(RecoveryMode.SALVAGE))) {
                try (Pool pool = Pool.open(directory, options)) {
                    assertEquals(0, pool.logs().size());
                    assertFalse(pool.recovery().toString().chars().anyMatch(c -> Character.isISOControl(c) && c != '\n'));
                } catch (PoolFormatException refused) {
                    assertFalse(refused.getMessage().chars().anyMatch(Character::isISOControl));
                }
            }
        }
    }

    private static void forge(Path file, byte[] name) throws IOException {
        if (new String(name, StandardCharsets.UTF_8).equals("?")) {
            // What a lone surrogate is written as: a name like others.
            name = new byte[] {27};
        }
        byte[] bytes = Files.readAllBytes(file);
        for (int slot = 0; slot < 2; slot++) {
            ByteBuffer fields = ByteBuffer.wrap(bytes, slot * SLOT_BYTES, SLOT_BYTES).slice().order(ByteOrder.LITTLE_ENDIAN);
            fields.putInt(36, name.length).put(72, new byte[256]).put(72, name);
            CRC32C crc = new CRC32C();
            crc.update(bytes, slot * SLOT_BYTES, SLOT_BYTES - 4);
            fields.putInt(SLOT_BYTES - 4, (int) crc.getValue());
        }
        Files.write(file, bytes);
    }
}
