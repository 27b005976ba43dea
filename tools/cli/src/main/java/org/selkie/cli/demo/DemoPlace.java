// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.selkie.extent.Medium;
import org.selkie.extent.PathProbe;
import org.selkie.extent.ProbeReport;
import org.selkie.persist.Durability;

/**
 * Where the demo runs, and what it requires there.
 *
 * @param fileSystem for a reader
 */
public record DemoPlace(Path directory, String fileSystem, Durability durability) {
    /** Less than that is no place for the demo. */
    public static final long LEAST_FREE_BYTES = 8L << 20;

    private static final Path MOUNTS = Path.of("/proc/self/mounts");
    private static final int MOUNT_DIRECTORY = 1;
    private static final int MOUNT_OPTIONS = 3;

    /**
     * What this machine has: tmpfs as the emulation, a disk with all that it can keep, and each DAX mount. One that cannot
     * carry a pool, or is full, is left out.
     */
    public static List<DemoPlace> ofThisMachine() {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        List<DemoPlace> places = new ArrayList<>();
        first(Stream.of(Path.of("/dev/shm"), temporary), report -> true)
            .ifPresent(found -> places.add(of(found, Durability.PROCESS_CRASH)));
        first(Stream.of(temporary, Path.of("/var/tmp"), Path.of(System.getProperty("user.home")), Path.of("")),
            report -> report.durability().equals(Optional.of(Durability.POWER_FAILURE)))
            .ifPresent(found -> places.add(of(found, Durability.POWER_FAILURE)));
        daxMounts().map(DemoPlace::probe)
            .filter(report -> report.medium().filter(Medium::isDirect).isPresent())
            .map(report -> of(report, Durability.POWER_FAILURE))
            .filter(place -> !places.contains(place))
            .forEach(places::add);
        return places;
    }

    /**
     * A directory that the user named.
     *
     * @param asked the durability to require, otherwise the strongest that can be had there
     * @throws DemoFailedException if no pool can be there
     */
    public static DemoPlace at(Path directory, Optional<Durability> asked) {
        ProbeReport report = probe(directory);
        report.refusal().ifPresent(reason -> {
            throw new DemoFailedException("no pool can be in " + directory + ": " + reason);
        });
        return of(report, asked.or(report::durability).orElse(Durability.POWER_FAILURE));
    }

    private static DemoPlace of(ProbeReport report, Durability durability) {
        return new DemoPlace(Path.of(report.path()), report.fileSystem(), durability);
    }

    private static ProbeReport probe(Path directory) {
        return PathProbe.probe(directory, 0);
    }

    private static Optional<ProbeReport> first(Stream<Path> candidates, Predicate<ProbeReport> fits) {
        return candidates.filter(DemoPlace::isUsable)
            .map(DemoPlace::probe)
            .filter(report -> report.refusal().isEmpty())
            .filter(fits)
            .findFirst();
    }

    /** Mounts whose options say dax, dax=always or dax=inode; mounts(5). */
    private static Stream<Path> daxMounts() {
        try {
            return Files.readAllLines(MOUNTS).stream()
                .map(line -> line.split(" ", -1))
                .filter(fields -> Arrays.stream(fields[MOUNT_OPTIONS].split(",", -1))
                    .anyMatch(option -> option.equals("dax") || option.equals("dax=always") || option.equals("dax=inode")))
                .map(fields -> Path.of(fields[MOUNT_DIRECTORY].replace("\\040", " ")))
                .filter(DemoPlace::isUsable);
        } catch (IOException e) {
            return Stream.of();
        }
    }

    private static boolean isUsable(Path directory) {
        try {
            return Files.isDirectory(directory) && Files.isWritable(directory) && freeBytes(directory) >= LEAST_FREE_BYTES;
        } catch (IOException e) {
            return false;
        }
    }

    private static long freeBytes(Path directory) throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    /** What is free there. */
    public long freeBytes() throws IOException {
        return freeBytes(directory);
    }
}
