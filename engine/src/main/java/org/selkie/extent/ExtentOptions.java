// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.selkie.fault.ExtentLengthException;
import org.selkie.persist.Durability;
import org.selkie.seal.SealEvent;
import org.selkie.seal.SealTier;

/**
 * What is asked of an extent. A value: each {@code with} gives another one.
 *
 * @param lengthBytes its length; 0, for an existing file only, means as it is found
 * @param requiredDurability what its acknowledged writes must survive; what cannot be had is refused. PROCESS_CRASH is
 *     the
 *     emulation of persistent memory on memory and page cache, for development and benchmarks
 * @param sealTier the tier to take; empty means the strongest that costs the others nothing
 * @param mapDirectBit the bit of MAP_DIRECT in this kernel; 0 means that it has none
 * @param readOnly whether nothing is stored; takes no exclusive lock and no seal
 * @param populate whether every page is made present before the first access, see {@link Extent#makePresent()}
 * @param hugePages whether an anonymous extent comes from the pool of huge pages
 * @param longestGrace how long after somebody wants the file the owner may take to close it; the kernel's own limit
 *     applies
 *     as well
 * @param breakListener told of every change of the seal's state; of a break on a thread of its own
 */
public record ExtentOptions(
        long lengthBytes,
        Durability requiredDurability,
        Optional<SealTier> sealTier,
        int mapDirectBit,
        boolean readOnly,
        boolean populate,
        boolean hugePages,
        Duration longestGrace,
        Consumer<SealEvent> breakListener) {
    private static final Duration UP_TO_THE_KERNEL = Duration.ofDays(36_500);

    /** Refuses what no extent can be. */
    public ExtentOptions {
        Objects.requireNonNull(requiredDurability);
        Objects.requireNonNull(sealTier);
        Objects.requireNonNull(breakListener);
        if (lengthBytes < 0) {
            throw new ExtentLengthException("an extent of " + lengthBytes + " bytes is not possible; give 1 or more");
        }
        if (longestGrace.isNegative()) {
            throw new IllegalArgumentException("longestGrace is " + longestGrace + "; give zero or more");
        }
    }

    /**
     * The defaults: survives a loss of power, seal as the medium has it, populated, no MAP_DIRECT.
     *
     * @param lengthBytes the length, a multiple of the page size
     * @return the options
     */
    public static ExtentOptions ofLength(long lengthBytes) {
        return new ExtentOptions(
                lengthBytes,
                Durability.POWER_FAILURE,
                Optional.empty(),
                0,
                false,
                true,
                false,
                UP_TO_THE_KERNEL,
                event -> {});
    }

    /**
     * The defaults for an existing file, with the length that it has.
     *
     * @return the options
     */
    public static ExtentOptions asFound() {
        return ofLength(0);
    }

    /**
     * With another length.
     *
     * @param bytes the length
     * @return the changed options
     */
    public ExtentOptions withLengthBytes(long bytes) {
        return new ExtentOptions(bytes, requiredDurability, sealTier, mapDirectBit, readOnly, populate, hugePages,
                longestGrace, breakListener);
    }

    /**
     * With another required durability.
     *
     * @param durability what acknowledged writes must survive
     * @return the changed options
     */
    public ExtentOptions withRequiredDurability(Durability durability) {
        return new ExtentOptions(lengthBytes, durability, sealTier, mapDirectBit, readOnly, populate, hugePages,
                longestGrace, breakListener);
    }

    /**
     * With this tier and no other.
     *
     * @param tier the tier; what cannot be had is refused
     * @return the changed options
     */
    public ExtentOptions withSealTier(SealTier tier) {
        return new ExtentOptions(lengthBytes, requiredDurability, Optional.of(tier), mapDirectBit, readOnly, populate,
                hugePages, longestGrace, breakListener);
    }

    /**
     * With the bit that MAP_DIRECT has in this kernel.
     *
     * @param bit the bit; 0 for none
     * @return the changed options
     */
    public ExtentOptions withMapDirectBit(int bit) {
        return new ExtentOptions(lengthBytes, requiredDurability, sealTier, bit, readOnly, populate, hugePages,
                longestGrace, breakListener);
    }

    /**
     * For reading alone, or not.
     *
     * @param only whether nothing is stored
     * @return the changed options
     */
    public ExtentOptions withReadOnly(boolean only) {
        return new ExtentOptions(lengthBytes, requiredDurability, sealTier, mapDirectBit, only, populate, hugePages,
                longestGrace, breakListener);
    }

    /**
     * With or without making every page present first.
     *
     * @param present whether the first access finds every page
     * @return the changed options
     */
    public ExtentOptions withPopulate(boolean present) {
        return new ExtentOptions(lengthBytes, requiredDurability, sealTier, mapDirectBit, readOnly, present, hugePages,
                longestGrace, breakListener);
    }

    /**
     * From the pool of huge pages, or not; anonymous extents only.
     *
     * @param huge whether MFD_HUGETLB is used
     * @return the changed options
     */
    public ExtentOptions withHugePages(boolean huge) {
        return new ExtentOptions(lengthBytes, requiredDurability, sealTier, mapDirectBit, readOnly, populate, huge,
                longestGrace, breakListener);
    }

    /**
     * With another limit for the owner of a breaking seal.
     *
     * @param grace how long it may take to close
     * @return the changed options
     */
    public ExtentOptions withLongestGrace(Duration grace) {
        return new ExtentOptions(lengthBytes, requiredDurability, sealTier, mapDirectBit, readOnly, populate, hugePages,
                grace, breakListener);
    }

    /**
     * With a listener.
     *
     * @param listener told of every change of the seal's state
     * @return the changed options
     */
    public ExtentOptions withBreakListener(Consumer<SealEvent> listener) {
        return new ExtentOptions(lengthBytes, requiredDurability, sealTier, mapDirectBit, readOnly, populate, hugePages,
                longestGrace, listener);
    }
}
