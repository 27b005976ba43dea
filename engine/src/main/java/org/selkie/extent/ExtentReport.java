// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import java.util.Optional;
import org.selkie.persist.Durability;
import org.selkie.persist.Granularity;
import org.selkie.seal.SealTier;

/**
 * What an extent got, and why.
 *
 * @param name the file, device or label
 * @param lengthBytes its length
 * @param medium what lies under it
 * @param durability what its acknowledged writes survive
 * @param granularity how a store is made durable
 * @param durabilityReason why this durability in this way
 * @param restsOn on whose word the durability rests besides this machine's: a server, a daemon; empty where on nobody's
 * @param tierAsked the tier that was asked for; empty where it was left open
 * @param tier the tier that was obtained
 * @param tierReason why this tier
 * @param pageSizeBytes the size of the pages that the kernel promises; larger ones are its own choice
 * @param hugePagesPossible whether address and length allow pages of 2 MiB
 * @param populated whether every page was made present when it was mapped
 */
public record ExtentReport(
        String name,
        long lengthBytes,
        Medium medium,
        Durability durability,
        Granularity granularity,
        String durabilityReason,
        Optional<String> restsOn,
        Optional<SealTier> tierAsked,
        SealTier tier,
        String tierReason,
        long pageSizeBytes,
        boolean hugePagesPossible,
        boolean populated) {

    /**
     * One line for a reader.
     *
     * @return name, medium, durability, on whose word it rests, and seal
     */
    public String description() {
        return name + ": " + lengthBytes + " bytes on " + medium.description() + ", " + durability + " by "
                + granularity + restsOn.map(whose -> " resting on " + whose).orElse("") + ", sealed " + tier;
    }
}
