// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

import java.util.Optional;
import org.selkie.fault.SealUnavailableException;

/** The seal of a kernel with MAP_DIRECT: it begins with the mapping and ends with the last one. */
public final class MapDirectSeal extends Seal {
    private final BlockMap sealed;

    private MapDirectSeal(SealTarget target, BlockMap sealed) {
        super(SealTier.MAP_DIRECT, target);
        this.sealed = sealed;
    }

    /**
     * Checks that this very mapping seals the file.
     *
     * @param target the file, mapped with the bit that {@link MapDirect#prove} believed
     * @param sealed its block map now
     * @return the seal
     * @throws SealUnavailableException where the file does not behave as sealed
     */
    public static MapDirectSeal take(SealTarget target, BlockMap sealed) {
        if (!MapDirect.isSealed(target.handle())) {
            throw new SealUnavailableException("a MAP_DIRECT seal on " + target.name()
                    + " is not there: fallocate under the mapping does not give ETXTBSY; leave the bit off here");
        }
        return new MapDirectSeal(target, sealed);
    }

    @Override
    Optional<String> inspect() {
        if (!MapDirect.isSealed(target().handle())) {
            return Optional.of("the kernel no longer refuses changes with ETXTBSY");
        }
        return target().changeSince(sealed);
    }

    @Override
    void letGo() {
        // The last munmap of the inode ended it.
    }
}
