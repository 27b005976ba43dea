// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.selkie.extent.Extent;
import org.selkie.extent.ExtentOptions;
import org.selkie.fault.PoolFullException;
import org.selkie.format.ExtentHeader;
import org.selkie.format.FormattedExtent;
import org.selkie.persist.Durability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** Who takes the next extent, the background or the thread that needs it: never both. */
final class ExtentPreparationTest implements ExtentSource {

    private static final long EXTENT_BYTES = 1 << 16;
    private static final long ANY_POSITION = 1L << 60;

    private final List<FormattedExtent> made = new ArrayList<>();
    private final List<Long> asked = new ArrayList<>();
    private boolean full;
    private final ExtentChain chain = new ExtentChain(EXTENT_BYTES);
    private final LogExtent first = new LogExtent(take("log", 0, 0));
    private final ExtentPreparation preparation;

    ExtentPreparationTest() {
        chain.add(first);
        preparation = new ExtentPreparation("log", 0, this, chain);
        asked.clear();
    }

    @AfterEach
    void closeExtents() {
        made.forEach(extent -> extent.extent().close());
    }

    @Test
    void anExtentIsPreparedOnceAndTaken() {
        preparation.considerAt(ANY_POSITION);
        preparation.considerAt(ANY_POSITION);
        assertEquals(1, preparation.takeNext(1).sequence);
        assertEquals(List.of(1L), asked);
    }

    @Test
    void aThreadThatComesLateDoesNotPrepareWhatWasJustTaken() {
        preparation.considerAt(ANY_POSITION);
        LogExtent second = preparation.takeNext(1);
        // The second is not in the chain yet, and a slow thread still thinks of the first.
        preparation.considerAt(ANY_POSITION);
        chain.add(second);
        assertEquals(2, preparation.takeNext(2).sequence);
        assertEquals(List.of(1L, 2L), asked);
    }

    @Test
    void whatCouldNotBePreparedIsTriedAgainWhenItIsNeeded() {
        full = true;
        preparation.considerAt(ANY_POSITION);
        assertThrows(PoolFullException.class, () -> preparation.takeNext(1));
        full = false;
        assertEquals(1, preparation.takeNext(1).sequence);
    }

    @Test
    void aThreadThatComesAfterTheCloseDoesNothing() {
        preparation.close();
        chain.clear();
        preparation.considerAt(ANY_POSITION);
        assertEquals(List.of(), asked);
    }

    @Override
    public FormattedExtent take(String logName, long logCreatedMillis, long sequence) {
        if (full) {
            throw new PoolFullException("full");
        }
        asked.add(sequence);
        Extent extent = Extent.anonymous("prepared",
                ExtentOptions.ofLength(EXTENT_BYTES).withRequiredDurability(Durability.PROCESS_CRASH));
        ExtentHeader header = ExtentHeader.free(new UUID(1, 2), made.size() + 1, 1, EXTENT_BYTES)
                .assignedTo(logName, logCreatedMillis, sequence);
        FormattedExtent formatted = new FormattedExtent(extent, extent.persister(), header);
        made.add(formatted);
        return formatted;
    }

    @Override
    public @Nullable FormattedExtent find(String logName, long sequence) {
        return null;
    }

    @Override
    public void giveBack(FormattedExtent extent) {
        throw new AssertionError("nothing is given back here");
    }

    @Override
    public Executor background() {
        return Runnable::run;
    }
}
