// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

import java.util.Optional;

/** What a reader has: it notices that the file changed under it, and keeps nobody from changing it. */
public final class ObservedSeal extends Seal {
    private final long sizeBytes;

    private ObservedSeal(SealTarget target) {
        super(SealTier.OBSERVED, target);
        this.sizeBytes = target.handle().status().sizeBytes();
    }

    /**
     * Notes the file's size.
     *
     * @param target the file
     * @return the seal
     */
    public static ObservedSeal take(SealTarget target) {
        return new ObservedSeal(target);
    }

    @Override
    Optional<String> inspect() {
        // Only what could fault: the writer may replace its blocks, and a reader checks each record's checksum anyway.
        long now = target().handle().status().sizeBytes();
        return now < sizeBytes ? Optional.of("its size was " + sizeBytes + " and is " + now) : Optional.empty();
    }

    @Override
    void letGo() {
        // Nothing is held.
    }
}
