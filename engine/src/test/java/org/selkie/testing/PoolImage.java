// SPDX-License-Identifier: Apache-2.0
package org.selkie.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.selkie.format.ExtentHeader;

/** The bytes of a pool's files at one moment, to be changed and written down elsewhere. */
public final class PoolImage {

    public static final String HEADER_FILE = "pool.selkie";
    private static final String LOCK_FILE = "pool.lock";

    private final TreeMap<String, byte[]> files;

    private PoolImage(TreeMap<String, byte[]> files) {
        this.files = files;
    }

    /** What a power failure would leave if every store were durable at once. */
    public static PoolImage of(Path directory) {
        TreeMap<String, byte[]> files = new TreeMap<>();
        for (Path file : list(directory)) {
            String name = file.getFileName().toString();
            if (!name.equals(LOCK_FILE)) {
                try {
                    files.put(name, Files.readAllBytes(file));
                } catch (NoSuchFileException e) {
                    // Removed since it was listed: a crash a little later.
                    continue;
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        return new PoolImage(files);
    }

    /** The image of a pool at rest: what is prepared in the background is ready. */
    public static PoolImage atRest(Path directory) {
        PoolImage before = of(directory);
        while (true) {
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            PoolImage now = of(directory);
            if (now.equals(before)) {
                return now;
            }
            before = now;
        }
    }

    private static List<Path> list(Path directory) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            entries.forEach(found::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    /** A copy that shares nothing. */
    public PoolImage copy() {
        TreeMap<String, byte[]> copies = new TreeMap<>();
        files.forEach((name, bytes) -> copies.put(name, bytes.clone()));
        return new PoolImage(copies);
    }

    /** By name; may be changed. */
    public TreeMap<String, byte[]> files() {
        return files;
    }

    /** The names of the extents' files. */
    public List<String> extents() {
        return files.keySet().stream().filter(name -> name.startsWith("extent-")).toList();
    }

    /** Writes the files down, in place of whatever the directory holds. */
    public void writeTo(Path directory) {
        try {
            Files.createDirectories(directory);
            for (Path file : list(directory)) {
                if (!files.containsKey(file.getFileName().toString())) {
                    Files.delete(file);
                }
            }
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Files.write(directory.resolve(file.getKey()), file.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The header of an extent, or null if it is not there or does not verify. */
    public ExtentHeader header(String file) {
        byte[] bytes = files.get(file);
        return bytes != null && bytes.length >= ExtentHeader.BYTES
                && ExtentHeader.decode(Arrays.copyOf(bytes, ExtentHeader.BYTES), file) instanceof ExtentHeader.Decoded.Valid valid
                        ? valid.header() : null;
    }

    /** Whether a part of a file is there in both, with the same bytes. */
    public boolean sameBytes(PoolImage other, String file, int from, int to) {
        byte[] mine = files.get(file);
        byte[] others = other.files.get(file);
        return mine != null && others != null && mine.length >= to && others.length >= to
                && Arrays.equals(mine, from, to, others, from, to);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PoolImage image && image.files.keySet().equals(files.keySet())
                && files.entrySet().stream().allMatch(file -> Arrays.equals(file.getValue(), image.files.get(file.getKey())));
    }

    @Override
    public int hashCode() {
        return files.keySet().hashCode();
    }
}
