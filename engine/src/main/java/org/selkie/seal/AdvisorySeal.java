// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

import java.util.Optional;

/** The lock that {@link Ownership} took, and a fingerprint: detects a change, prevents none. */
public final class AdvisorySeal extends Seal {
    private final BlockMap sealed;

    private AdvisorySeal(SealTarget target, BlockMap sealed) {
        super(SealTier.ADVISORY, target);
        this.sealed = sealed;
    }

    /**
     * Takes the fingerprint.
     *
     * @param target the file, locked by {@link Ownership}
     * @param sealed its block map now
     * @return the seal
     */
    public static AdvisorySeal take(SealTarget target, BlockMap sealed) {
        return new AdvisorySeal(target, sealed);
    }

    @Override
    Optional<String> inspect() {
        return target().changeSince(sealed);
    }

    @Override
    void letGo() {
        // The lock ends when the extent closes its handle.
    }
}
