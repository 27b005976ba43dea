// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.selkie.persist.Durability;
import org.selkie.persist.Granularity;
import org.selkie.seal.SealTier;

/**
 * What a path can promise, why, and what to change to get more. Everything was tried, nothing was left behind.
 *
 * @param path what was asked about
 * @param kind what lies there
 * @param probedAt the file or directory on which it was tried: the path, or its nearest existing parent
 * @param fileSystem the file system's name; {@code none} for a device
 * @param mount where it is mounted and how; empty where that is unknown
 * @param medium what an extent would lie on; empty where none can
 * @param refusal why no extent can be here; empty where one can
 * @param daxAttribute whether the kernel says that the file bypasses the page cache
 * @param mapSync what a mapping with MAP_SYNC gave
 * @param mapDirect what a mapping with the configured MAP_DIRECT bit gave
 * @param persistenceDomains the persistence domain of each nvdimm region
 * @param pageSizeBytes the size of a page
 * @param hugePages whether pages of 2 MiB are possible
 * @param tiers every seal tier, strongest first
 * @param tier the tier that an extent would get; empty where none
 * @param durability the strongest level to be had; empty where no extent can be here
 * @param granularity how a store would be made durable at that level
 * @param how how the level is kept
 * @param remedies what to change to get more, one clause each
 */
public record ProbeReport(
        String path,
        Kind kind,
        String probedAt,
        String fileSystem,
        Optional<String> mount,
        Optional<Medium> medium,
        Optional<String> refusal,
        boolean daxAttribute,
        Answer mapSync,
        DirectAnswer mapDirect,
        Map<String, String> persistenceDomains,
        long pageSizeBytes,
        Answer hugePages,
        List<TierAnswer> tiers,
        Optional<SealTier> tier,
        Optional<Durability> durability,
        Optional<Granularity> granularity,
        String how,
        List<String> remedies) {

    /** Copies what it is given. */
    public ProbeReport {
        persistenceDomains = Map.copyOf(persistenceDomains);
        tiers = List.copyOf(tiers);
        remedies = List.copyOf(remedies);
    }

    /** What lies at a path. */
    public enum Kind {
        /** An ordinary file. */
        FILE,
        /** A directory. */
        DIRECTORY,
        /** A character device. */
        DEVICE,
        /** Something that carries no extent: a symbolic link, a socket. */
        OTHER,
        /** Nothing yet. */
        NOTHING
    }

    /**
     * Yes or no, and why.
     *
     * @param yes the answer
     * @param reason the errno's name, or a clause
     */
    public record Answer(boolean yes, String reason) {}

    /** What MAP_DIRECT came to. */
    public enum DirectOutcome {
        /** No bit is configured. */
        NOT_CONFIGURED,
        /** The configured bit means something else in Linux: it was not tried. */
        BIT_TAKEN,
        /** The kernel refused the mapping, or there was nothing to try it on. */
        NOT_AVAILABLE,
        /** The kernel accepted the mapping and did not behave. */
        NOT_PROVEN,
        /** The behaviour was seen. */
        PROVEN
    }

    /**
     * What MAP_DIRECT came to, and why.
     *
     * @param outcome the outcome
     * @param reason what was seen
     */
    public record DirectAnswer(DirectOutcome outcome, String reason) {}

    /**
     * Whether a seal tier can be had.
     *
     * @param tier the tier
     * @param available whether it can
     * @param reason why, or why not
     */
    public record TierAnswer(SealTier tier, boolean available, String reason) {}
}
