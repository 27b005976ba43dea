// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;
import org.opentest4j.TestAbortedException;

/**
 * A temporary directory on a file system that carries extents: many a machine has its usual one on tmpfs, and the build
 * itself may lie on btrfs. What a test needs beyond that it mounts.
 */
public final class MappableDirectory implements TempDirFactory {
    private static final List<Path> CANDIDATES =
            List.of(Path.of(System.getProperty("java.io.tmpdir")), Path.of("target"), Path.of("/dev/shm"));

    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext extension)
            throws IOException {
        for (Path candidate : CANDIDATES) {
            if (Files.isDirectory(candidate) && PathProbe.probe(candidate, 0).refusal().isEmpty()) {
                return Files.createTempDirectory(candidate.toRealPath(), "selkie");
            }
        }
        throw new TestAbortedException("skipped: none of " + CANDIDATES + " carries extents");
    }
}
