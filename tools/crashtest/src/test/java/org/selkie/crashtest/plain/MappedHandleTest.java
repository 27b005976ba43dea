// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.plain;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.util.List;
import org.selkie.crashtest.junit.CrashRun;
import org.selkie.crashtest.junit.CrashTest;
import org.selkie.crashtest.trace.Event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A handle on a variable of the type MappedByteBuffer is seen as well as one on a ByteBuffer. */
final class MappedHandleTest {

    private static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    @CrashTest
    void eachStoreIsRecordedInItsOrder(CrashRun run) throws Exception {
        MappedByteBuffer buffer = run.buffer("flag", 4096);
        run.operation("set", () -> {
            LONGS.set(buffer, 8, 7L);
            LONGS.setVolatile(buffer, 0, 1L);
            assertTrue(LONGS.compareAndSet(buffer, 16, 0L, 3L));
            buffer.force(0, 64);
        });
        List<Long> stored = run.recorder().trace().events().stream().filter(Event.Store.class::isInstance)
                .map(store -> ((Event.Store) store).offsetBytes()).toList();
        assertEquals(List.of(8L, 0L, 16L), stored);
        // Right, as long as the order is known: by comparing alone the flag might come without the value.
        run.check(image -> {
            MappedByteBuffer found = image.buffer("flag");
            assertTrue((long) LONGS.get(found, 0) == 0 || (long) LONGS.get(found, 8) == 7);
        });
    }
}
