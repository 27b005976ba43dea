// SPDX-License-Identifier: Apache-2.0
package org.selkie.testing;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.selkie.Pool;

/** Changes a pool's files behind its back. */
public final class Damage {

    private Damage() {
    }

    /** The extents of a pool in the order of their numbers. */
    public static List<Path> extents(Path pool) {
        try (Stream<Path> files = Files.list(pool)) {
            return files.filter(file -> file.getFileName().toString().matches("extent-\\d+\\.selkie")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Flips a bit of the record at a position of a log that has its extents in order, numbered from 1. */
    public static void flip(Pool pool, long position) {
        Path file = extents(Path.of(pool.name())).get((int) (position / pool.extentBytes()));
        flip(file, position % pool.extentBytes() + 40, 0x10);
    }

    /** Flips bits of a byte. */
    public static void flip(Path file, long offset, int bits) {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(offset);
            int was = bytes.read();
            bytes.seek(offset);
            bytes.write(was ^ bits);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Overwrites a range, which may lie behind the end. */
    public static void write(Path file, long offset, byte[] written) {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(offset);
            bytes.write(written);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Copies a directory's files as they are at some moment: an image of a crash. */
    public static void copy(Path from, Path to) {
        try (Stream<Path> files = Files.list(from)) {
            Files.createDirectories(to);
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
