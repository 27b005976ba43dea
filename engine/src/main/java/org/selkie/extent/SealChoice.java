// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.SealUnavailableException;
import org.selkie.seal.AdvisorySeal;
import org.selkie.seal.BlockMap;
import org.selkie.seal.DeviceSeal;
import org.selkie.seal.ImmutableSeal;
import org.selkie.seal.LeaseSeal;
import org.selkie.seal.MapDirectSeal;
import org.selkie.seal.MemfdSeal;
import org.selkie.seal.ObservedSeal;
import org.selkie.seal.Seal;
import org.selkie.seal.SealTarget;
import org.selkie.seal.SealTier;

/**
 * Takes the seal that was asked for, or the strongest that costs the others nothing.
 *
 * @param seal the seal
 * @param reason why this tier, for a reader
 */
record SealChoice(Seal seal, String reason) {

    /**
     * What the choice depends on.
     *
     * @param target what is sealed
     * @param file its path; null for a memfd
     * @param medium what lies under it
     * @param endBytes where the mapped range ends on a device
     * @param map the block map; empty for a device
     * @param access how the device is found again
     */
    record Situation(SealTarget target, @Nullable Path file, Medium medium, long endBytes, Optional<BlockMap> map,
            DeviceAccess access) {
        BlockMap blocks() {
            return map.orElseThrow(() -> new SealUnavailableException(
                    target.name() + " is a device without a block map; its tier is DEVICE"));
        }

        Path path() {
            if (file == null) {
                throw new SealUnavailableException(target.name() + " has no name in a file system; its tier is MEMFD");
            }
            return file;
        }
    }

    /** Takes a seal; a tier that was named is had or refused. */
    static SealChoice take(Situation at, ExtentOptions options, DirectMapping direct) {
        if (options.readOnly()) {
            return new SealChoice(ObservedSeal.take(at.target), "a reader holds nothing");
        }
        if (options.sealTier().isPresent()) {
            SealTier asked = options.sealTier().get();
            return new SealChoice(named(at, asked, options), "it was asked for");
        }
        if (direct.obtained()) {
            return new SealChoice(MapDirectSeal.take(at.target, at.blocks()), direct.reason());
        }
        String before = direct.reason().isEmpty() ? "" : "no MAP_DIRECT: " + direct.reason() + "; ";
        return switch (at.medium) {
            case DEVICE_DAX, DEVICE_DAX_VOLATILE ->
                new SealChoice(DeviceSeal.take(at.target, at.endBytes, at.access::find), "a device has no block map");
            case MEMFD -> new SealChoice(MemfdSeal.take(at.target, at.blocks()), before + "the kernel seals a memfd");
            case FS_DAX -> onDax(at, options, before);
            case FS_DAX_ASYNC, PAGE_CACHE, TMPFS, HUGETLBFS ->
                new SealChoice(
                        AdvisorySeal.take(at.target, at.blocks()),
                        before + "durability does not rest on the block map here, and any reader breaks a lease");
        };
    }

    private static SealChoice onDax(Situation at, ExtentOptions options, String before) {
        Path file = at.path();
        Optional<String> obstacle =
                ImmutableSeal.obstacle(at.target.handle().status(), at.target.handle().fileSystem().type());
        if (obstacle.isEmpty()) {
            return new SealChoice(
                    ImmutableSeal.take(at.target, file, at.blocks()),
                    before + "ext4 with DAX, and the capability is there");
        }
        String why = before + "no IMMUTABLE: " + obstacle.get() + "; ";
        try {
            return new SealChoice(
                    LeaseSeal.take(at.target, at.blocks(), options.longestGrace()),
                    why + "the sole opener gets a lease");
        } catch (SealUnavailableException e) {
            return new SealChoice(AdvisorySeal.take(at.target, at.blocks()), why + "no LEASE: " + e.getMessage());
        }
    }

    private static Seal named(Situation at, SealTier asked, ExtentOptions options) {
        return switch (asked) {
            case MAP_DIRECT -> MapDirectSeal.take(at.target, at.blocks());
            case DEVICE -> {
                if (at.medium != Medium.DEVICE_DAX && at.medium != Medium.DEVICE_DAX_VOLATILE) {
                    throw refused(at, asked, "it is no device: use ADVISORY or LEASE");
                }
                yield DeviceSeal.take(at.target, at.endBytes, at.access::find);
            }
            case IMMUTABLE -> ImmutableSeal.take(at.target, at.path(), at.blocks());
            case MEMFD -> MemfdSeal.take(at.target, at.blocks());
            case LEASE -> {
                at.path();
                yield LeaseSeal.take(at.target, at.blocks(), options.longestGrace());
            }
            case ADVISORY -> AdvisorySeal.take(at.target, at.blocks());
            case OBSERVED -> throw refused(at, asked, "it is what a reader gets: open the extent read-only");
        };
    }

    private static SealUnavailableException refused(Situation at, SealTier asked, String remedy) {
        return new SealUnavailableException("a " + asked + " seal on " + at.target.name() + " ("
                + at.medium.description() + ") is refused: " + remedy);
    }
}
