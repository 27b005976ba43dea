// SPDX-License-Identifier: Apache-2.0
package org.selkie;

import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.selkie.fault.PoolFormatException;
import org.selkie.format.PoolHeader;
import org.selkie.log.RecoveryMode;
import org.selkie.persist.Durability;
import org.selkie.persist.Persister;
import org.selkie.seal.SealTier;

/**
 * How a pool is opened or made. Every method returns a changed copy.
 *
 * @param durability    what an acknowledged write must survive; opening fails, before the first byte, where that cannot be
 *                      had. The default is {@link Durability#POWER_FAILURE}; {@link Durability#PROCESS_CRASH} treats
 *                      tmpfs or the page cache as if it were persistent memory: the emulation
 * @param extentBytes   of each extent of a new pool, a power of two from 64 KiB to 2 GiB; on a device a multiple of its
 *                      alignment. A pool that exists keeps its own
 * @param maxBytes      that the pool's extents may take together
 * @param spareExtents  how many extents that were given back are kept ready; more are removed
 * @param recoveryMode  what to do with what a crash left
 * @param readOnly      read while another process may write: nothing is locked, recovered or changed
 * @param create        whether to make the pool if there is none
 * @param sealTier      the tier of seal to use; otherwise the strongest that the durability needs and the place has
 * @param mapDirectBit  the mmap flag MAP_DIRECT of a kernel that has it, 0 for none
 * @param persister     wraps the way in which stores are made durable: for a recorder or a counter
 * @param trustsCleanClose whether the log of a store that was closed cleanly, with its index, is not scanned when the pool is
 *                      opened: see {@link #trustingCleanClose}
 * @param hugePages     whether a pool in memory is made of pages of 2 MiB: see {@link #withHugePages}
 */
public record PoolOptions(Durability durability, long extentBytes, long maxBytes, int spareExtents,
        RecoveryMode recoveryMode, boolean readOnly, boolean create, Optional<SealTier> sealTier, int mapDirectBit,
        UnaryOperator<Persister> persister, boolean trustsCleanClose, boolean hugePages) {

    public static final long DEFAULT_EXTENT_BYTES = 64L << 20;

    public PoolOptions {
        Objects.requireNonNull(durability, "durability");
        Objects.requireNonNull(recoveryMode, "recoveryMode");
        Objects.requireNonNull(persister, "persister");
        if (!PoolHeader.isExtentLength(extentBytes)) {
            throw new PoolFormatException("extents of " + extentBytes + " bytes; expected a power of two from "
                    + PoolHeader.MIN_EXTENT_BYTES + " to " + PoolHeader.MAX_EXTENT_BYTES);
        }
        if (maxBytes <= 0 || spareExtents < 0) {
            throw new IllegalArgumentException("maxBytes=" + maxBytes + ", spareExtents=" + spareExtents
                    + "; expected more than 0, and 0 or more");
        }
    }

    /** Power-failure durability, extents of 64 MiB, torn tails dropped, made if absent. */
    public static PoolOptions defaults() {
        return new PoolOptions(Durability.POWER_FAILURE, DEFAULT_EXTENT_BYTES, Long.MAX_VALUE, 2,
                RecoveryMode.DROP_TORN_TAIL, false, true, Optional.empty(), 0, UnaryOperator.identity(), false, false);
    }

    public PoolOptions withDurability(Durability wanted) {
        return new PoolOptions(wanted, extentBytes, maxBytes, spareExtents, recoveryMode, readOnly, create, sealTier,
                mapDirectBit, persister, trustsCleanClose, hugePages);
    }

    public PoolOptions withExtentBytes(long bytes) {
        return new PoolOptions(durability, bytes, maxBytes, spareExtents, recoveryMode, readOnly, create, sealTier,
                mapDirectBit, persister, trustsCleanClose, hugePages);
    }

    public PoolOptions withMaxBytes(long bytes) {
        return new PoolOptions(durability, extentBytes, bytes, spareExtents, recoveryMode, readOnly, create, sealTier,
                mapDirectBit, persister, trustsCleanClose, hugePages);
    }

    public PoolOptions withSpareExtents(int extents) {
        return new PoolOptions(durability, extentBytes, maxBytes, extents, recoveryMode, readOnly, create, sealTier,
                mapDirectBit, persister, trustsCleanClose, hugePages);
    }

    public PoolOptions withRecoveryMode(RecoveryMode mode) {
        return new PoolOptions(durability, extentBytes, maxBytes, spareExtents, mode, readOnly, create, sealTier,
                mapDirectBit, persister, trustsCleanClose, hugePages);
    }

    /** For reading alone, and never made if absent. */
    public PoolOptions forReading() {
        return new PoolOptions(durability, extentBytes, maxBytes, spareExtents, recoveryMode, true, false, sealTier,
                mapDirectBit, persister, trustsCleanClose, hugePages);
    }

    /** Only a pool that exists. */
    public PoolOptions withoutCreating() {
        return new PoolOptions(durability, extentBytes, maxBytes, spareExtents, recoveryMode, readOnly, false, sealTier,
                mapDirectBit, persister, trustsCleanClose, hugePages);
    }

    public PoolOptions withSealTier(SealTier tier) {
        return new PoolOptions(durability, extentBytes, maxBytes, spareExtents, recoveryMode, readOnly, create,
                Optional.of(tier), mapDirectBit, persister, trustsCleanClose, hugePages);
    }

    public PoolOptions withMapDirectBit(int bit) {
        return new PoolOptions(durability, extentBytes, maxBytes, spareExtents, recoveryMode, readOnly, create, sealTier,
                bit, persister, trustsCleanClose, hugePages);
    }

    public PoolOptions withPersister(UnaryOperator<Persister> wrapper) {
        return new PoolOptions(durability, extentBytes, maxBytes, spareExtents, recoveryMode, readOnly, create, sealTier,
                mapDirectBit, wrapper, trustsCleanClose, hugePages);
    }

    /**
     * A store that was closed cleanly is opened without a look at its records: in a time that depends on the number of extents
     * and on the index that was written at the close, some twelve bytes a key. Damage that has come over the records since is
     * not told when the pool is opened, but by a typed error when a record is read; a wrong value is never answered. Whatever was
     * not closed cleanly, logs that are no stores', and recovery modes other than {@link RecoveryMode#DROP_TORN_TAIL} are scanned
     * as ever.
     */
    public PoolOptions trustingCleanClose() {
        return new PoolOptions(durability, extentBytes, maxBytes, spareExtents, recoveryMode, readOnly, create, sealTier,
                mapDirectBit, persister, true, hugePages);
    }

    /**
     * Of a pool in memory: takes its extents, of 2 MiB or more, from the kernel's pool of huge pages (MFD_HUGETLB of
     * memfd_create(2)), of which vm.nr_hugepages says how many there are. Where none is left, the pool is full. A pool of files
     * is refused: its pages are those of its file system, such as a tmpfs mounted with huge=always.
     */
    public PoolOptions withHugePages() {
        return new PoolOptions(durability, extentBytes, maxBytes, spareExtents, recoveryMode, readOnly, create, sealTier,
                mapDirectBit, persister, trustsCleanClose, true);
    }
}
