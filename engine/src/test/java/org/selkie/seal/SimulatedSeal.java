// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

import java.io.Serial;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.selkie.fault.SelkieException;
import org.selkie.os.FileIdentity;

/**
 * A file, its marker and their directory on a disk that makes durable what was synced, and of the rest anything: the entry in
 * the directory, the marker's content and the flag independently of each other, each at any of its states since its last sync.
 * Stops before a step of those that change something.
 */
final class SimulatedSeal implements SealSteps {

    private static final FileIdentity IDENTITY = new FileIdentity(8, 1, 42, 7);

    /** A sync that a test may leave out. */
    enum Sync {
        MARKER, DIRECTORY, FILE
    }

    /** The process has ended. */
    static final class Crash extends Error {
        @Serial
        private static final long serialVersionUID = 1L;
    }

    /**
     * What the kernel sees is the last of each list; what may be durable is any of it.
     *
     * @param names    whether the directory has the marker
     * @param contents the marker's
     * @param flags    whether the file is immutable
     */
    record Disk(List<Boolean> names, List<String> contents, List<Boolean> flags) {

        static Disk untouched() {
            return new Disk(List.of(false), List.of(""), List.of(false));
        }

        boolean hasMarker() {
            return names.getLast();
        }

        boolean isImmutable() {
            return flags.getLast();
        }

        /** Whether the marker says that the flag is ours. */
        boolean isNamed() {
            return hasMarker() && contents.getLast().equals(text(SealMarker.content(IDENTITY)));
        }

        /** All that a loss of power may leave. */
        List<Disk> afterPowerFailures() {
            List<Disk> left = new ArrayList<>();
            for (boolean name : Set.copyOf(names)) {
                for (String content : name ? torn() : Set.of("")) {
                    for (boolean flag : Set.copyOf(flags)) {
                        left.add(new Disk(List.of(name), List.of(content), List.of(flag)));
                    }
                }
            }
            return left;
        }

        private Set<String> torn() {
            Set<String> torn = new LinkedHashSet<>(contents);
            for (String content : contents.subList(1, contents.size())) {
                torn.add(content.substring(0, content.length() / 2));
                // Its length came to the disk and its bytes did not.
                torn.add("\0".repeat(content.length()));
            }
            return torn;
        }
    }

    private final Set<Sync> without;
    private int stepsLeft;
    private Disk disk;

    SimulatedSeal(Disk disk, int steps, Set<Sync> without) {
        this.disk = disk;
        this.stepsLeft = steps;
        this.without = without;
    }

    Disk disk() {
        return disk;
    }

    private static String text(byte[] content) {
        return new String(content, StandardCharsets.US_ASCII);
    }

    private void step() {
        if (stepsLeft-- == 0) {
            throw new Crash();
        }
    }

    private static <T> List<T> then(List<T> before, T now) {
        if (before.getLast().equals(now)) {
            return before;
        }
        List<T> all = new ArrayList<>(before);
        // What matters is which states it may have, and which is the last.
        all.remove(now);
        all.add(now);
        return List.copyOf(all);
    }

    @Override
    public Marker createMarker() {
        step();
        if (disk.hasMarker()) {
            throw new SelkieException("there is a marker");
        }
        // The file is another one than the last marker's, and begins empty; the name may still stand for that one.
        disk = new Disk(then(disk.names, true), then(disk.contents, ""), disk.flags);
        return new Marker() {
            @Override
            public void write(byte[] content) {
                step();
                disk = new Disk(disk.names, then(disk.contents, text(content)), disk.flags);
            }

            @Override
            public void sync() {
                step();
                if (!without.contains(Sync.MARKER)) {
                    disk = new Disk(disk.names, List.of(disk.contents.getLast()), disk.flags);
                }
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public byte[] readMarker() {
        return disk.contents.getLast().getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void removeMarker() {
        step();
        disk = new Disk(then(disk.names, false), disk.contents, disk.flags);
    }

    @Override
    public void syncDirectory() {
        step();
        if (!without.contains(Sync.DIRECTORY)) {
            disk = new Disk(List.of(disk.names.getLast()), disk.contents, disk.flags);
        }
    }

    @Override
    public int changeFlag(boolean immutable) {
        step();
        disk = new Disk(disk.names, disk.contents, then(disk.flags, immutable));
        return 0;
    }

    @Override
    public boolean isImmutable() {
        return disk.isImmutable();
    }

    @Override
    public void syncFile() {
        step();
        if (!without.contains(Sync.FILE)) {
            disk = new Disk(disk.names, disk.contents, List.of(disk.flags.getLast()));
        }
    }

    @Override
    public FileIdentity identity() {
        return IDENTITY;
    }
}
