// SPDX-License-Identifier: Apache-2.0
package org.selkie.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A directory of a test's own on a medium of its choice, gone when the test is over. {@code -Dselkie.tmpfs=DIR} and
 * {@code -Dselkie.disk=DIR} say where the two lie; by default the one is where Linux mounts shared memory, the other the
 * build's directory.
 */
public final class Scratch implements BeforeEachCallback, AfterEachCallback {

    private enum Kind { TMPFS, DISK, ANY }

    private static final Path SHARED_MEMORY = Path.of(System.getProperty("selkie.tmpfs", "/dev/shm"));
    private static final Path DISK = Path.of(System.getProperty("selkie.disk", "target"));

    private final Kind kind;
    private final List<Path> made = new ArrayList<>();

    private Scratch(Kind kind) {
        this.kind = kind;
    }

    /** On tmpfs; the test is skipped where there is none. */
    public static Scratch tmpfs() {
        return new Scratch(Kind.TMPFS);
    }

    /** On a file system that is not memory; the test is skipped where there is none. */
    public static Scratch disk() {
        return new Scratch(Kind.DISK);
    }

    /** On tmpfs if there is one, because nothing depends on the medium and a disk is slow. */
    public static Scratch any() {
        return new Scratch(Kind.ANY);
    }

    /** A path below a new directory; nothing lies there yet. */
    public Path path(String name) {
        try {
            Path base = kind == Kind.DISK || (kind == Kind.ANY && !isMemory(SHARED_MEMORY)) ? DISK : SHARED_MEMORY;
            Path directory = Files.createTempDirectory(Files.createDirectories(base).toRealPath(), "selkie-test-");
            made.add(directory);
            return directory.resolve(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        if (kind == Kind.TMPFS) {
            Assumptions.assumeTrue(isMemory(SHARED_MEMORY),
                    () -> "skipped: " + SHARED_MEMORY + " is no tmpfs; name one with -Dselkie.tmpfs=DIR");
        } else if (kind == Kind.DISK) {
            Files.createDirectories(DISK);
            Assumptions.assumeTrue(!isMemory(DISK),
                    () -> "skipped: " + DISK.toAbsolutePath() + " is in memory; name a disk with -Dselkie.disk=DIR");
        }
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        for (Path directory : made) {
            remove(directory);
        }
        made.clear();
    }

    private static boolean isMemory(Path directory) {
        try {
            return Files.isDirectory(directory) && Files.getFileStore(directory).type().equals("tmpfs");
        } catch (IOException e) {
            return false;
        }
    }

    /** Removes a directory with everything in it. */
    public static void remove(Path directory) throws IOException {
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException failure) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
