// SPDX-License-Identifier: Apache-2.0
package org.selkie;

import org.selkie.extent.Extent;
import org.selkie.fault.PoolFormatException;
import org.selkie.format.ExtentHeader;
import org.selkie.format.FormattedExtent;
import org.selkie.format.PoolHeader;
import org.selkie.persist.Persister;

/** Opens and makes the extents of one pool on its medium: sealed memory, with a header that says whose it is. */
final class ExtentMaker {

    private final ExtentMedium medium;
    private final PoolOptions options;
    private final PoolHeader header;

    ExtentMaker(ExtentMedium medium, PoolOptions options, PoolHeader header) {
        this.medium = medium;
        this.options = options;
        this.header = header;
    }

    /** Makes an extent with the header of a free one. A failure leaves nothing on the medium. */
    FormattedExtent create(int number) {
        Extent extent = medium.create(number, header.extentBytes());
        try {
            // Numbers and slices are used again; a clock keeps their generations apart without a note of the last one.
            ExtentHeader fresh = ExtentHeader.free(header.poolId(), number, System.currentTimeMillis(), header.extentBytes());
            FormattedExtent formatted = new FormattedExtent(extent, persisterOf(extent), fresh);
            formatted.reformat(fresh);
            return formatted;
        } catch (RuntimeException | Error e) {
            discard(extent, number, e);
            throw e;
        }
    }

    /** Takes back an extent that was just made: its seal is released first, as a sealed file cannot be removed. */
    void discard(Extent extent, int number, Throwable reason) {
        Failures failures = new Failures();
        failures.attempt(extent::closePersisted);
        failures.attempt(() -> medium.remove(number));
        failures.addTo(reason);
    }

    /**
     * Opens an extent that is there and reads its header.
     *
     * @throws PoolFormatException if the header is damaged, blank, or another pool's
     */
    FormattedExtent open(int number) {
        Extent extent = medium.open(number, header.extentBytes());
        try {
            String where = medium.nameOf(number);
            ExtentHeader.Decoded decoded = FormattedExtent.readHeader(extent, where,
                    candidate -> isAt(number, candidate));
            if (!(decoded instanceof ExtentHeader.Decoded.Valid valid)) {
                throw new PoolFormatException("neither copy of the header of " + where
                        + " matches its checksum; restore it from a copy, or open with RecoveryMode.SALVAGE to go on without");
            }
            ExtentHeader found = valid.header();
            if (!isAt(number, found)) {
                throw new PoolFormatException(where + " belongs to another place: it is extent " + found.number() + " of pool "
                        + found.poolId() + " with " + found.extentBytes() + " bytes, expected extent " + number + " of pool "
                        + header.poolId() + " with " + header.extentBytes() + "; move it away");
            }
            return new FormattedExtent(extent, persisterOf(extent), found);
        } catch (RuntimeException | Error e) {
            extent.closePersisted();
            throw e;
        }
    }

    private boolean isAt(int number, ExtentHeader found) {
        return found.poolId().equals(header.poolId()) && found.number() == number
                && found.extentBytes() == header.extentBytes();
    }

    /** An extent that is only read gives its persister to nobody; how its writer persists is asked all the same. */
    private Persister persisterOf(Extent extent) {
        return options.readOnly() ? Persister.of(extent.report().granularity()) : options.persister().apply(extent.persister());
    }
}
