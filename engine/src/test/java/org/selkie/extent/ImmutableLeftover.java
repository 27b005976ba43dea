// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.selkie.os.Capabilities;
import org.selkie.os.FileHandle;
import org.selkie.os.FileIdentity;
import org.selkie.os.InodeFlags;
import org.selkie.os.KernelAbi;
import org.selkie.seal.SealMarker;

/** Leaves a file as a holder of an immutable seal does that is killed: the marker and the flag. */
final class ImmutableLeftover {
    private ImmutableLeftover() {}

    static void leave(Path file) {
        Assumptions.assumeTrue(
                Capabilities.has(KernelAbi.CAP_LINUX_IMMUTABLE),
                "skipped: CAP_LINUX_IMMUTABLE is missing, run as root");
        try (FileHandle handle = FileHandle.open(file, KernelAbi.O_RDONLY)) {
            FileIdentity identity = handle.status().identity();
            Files.writeString(SealMarker.of(file), """
                    selkie seal 1
                    inode %d
                    born %d
                    """.formatted(identity.inode(), identity.birthNanos()));
            InodeFlags.tryChange(handle, KernelAbi.FS_IMMUTABLE_FL, 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
