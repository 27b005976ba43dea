// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.MapDirectRefusedException;
import org.selkie.os.FileHandle;
import org.selkie.os.FileIdentity;
import org.selkie.os.KernelAbi;
import org.selkie.seal.MapDirect;
import org.selkie.seal.SealTier;

/**
 * Whether an extent is mapped with MAP_DIRECT.
 *
 * @param flags what to add to the flags of mmap: the bit, or 0
 * @param reason why, for a reader; empty where it was not asked for
 */
record DirectMapping(int flags, String reason) {
    /** Why it is not even tried on memory and devices. */
    static final String NO_BLOCKS = "there is no block map that it could seal";

    private static final DirectMapping NOT_ASKED = new DirectMapping(0, "");

    /** File systems and flags whose behaviour was proven; each extent is checked once more when it is sealed. */
    private static final Set<String> PROVEN = ConcurrentHashMap.newKeySet();

    boolean obtained() {
        return flags != 0;
    }

    /** Refuses before any system call what can never be had. */
    static void requirePossible(String name, ExtentOptions options) {
        int bit = options.mapDirectBit();
        boolean named = options.sealTier().equals(Optional.of(SealTier.MAP_DIRECT));
        if (bit == 0 && !named) {
            return;
        }
        if (bit == 0) {
            throw new MapDirectRefusedException("a MAP_DIRECT mapping of " + name
                    + " is refused: no bit is configured; name the one that this kernel uses");
        }
        if (options.readOnly()) {
            throw new MapDirectRefusedException("a MAP_DIRECT mapping of " + name
                    + " is refused: it is read-only, and MAP_DIRECT needs PROT_WRITE; readers leave the bit off");
        }
        MapDirect.objection(bit).ifPresent(objection -> {
            throw new MapDirectRefusedException("a MAP_DIRECT mapping of " + name + " is refused: " + objection
                    + "; name the bit that a kernel with MAP_DIRECT uses");
        });
    }

    /**
     * Proves the configured bit on a scratch file beside the extent; falls back only where MAP_DIRECT was not demanded.
     */
    static DirectMapping prove(FileHandle handle, @Nullable Path directory, int baseFlags, ExtentOptions options) {
        int bit = options.mapDirectBit();
        if (bit == 0) {
            return NOT_ASKED;
        }
        if (directory == null || handle.fileSystem().type() == KernelAbi.HUGETLBFS_MAGIC) {
            return unproven(handle, options, NO_BLOCKS);
        }
        FileIdentity identity = handle.status().identity();
        int flags = baseFlags | bit;
        String key = identity.deviceMajor() + ":" + identity.deviceMinor() + ":" + flags;
        if (!PROVEN.contains(key)) {
            MapDirect.Proof proof;
            try (FileHandle scratch = Scratch.in(directory)) {
                proof = MapDirect.prove(scratch, flags);
            }
            if (!proof.proven()) {
                return unproven(handle, options, proof.reason());
            }
            PROVEN.add(key);
        }
        return new DirectMapping(bit, "proven: a hole under the mapping gives ETXTBSY");
    }

    private static DirectMapping unproven(FileHandle handle, ExtentOptions options, String reason) {
        if (options.sealTier().equals(Optional.of(SealTier.MAP_DIRECT))) {
            throw new MapDirectRefusedException("a MAP_DIRECT mapping of " + handle.name() + " is refused: " + reason
                    + "; leave the tier open, or use a kernel with MAP_DIRECT");
        }
        return new DirectMapping(0, reason);
    }
}
