// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.selkie.bench.contender.Place;
import org.selkie.bench.measure.RawCeiling;
import org.selkie.bench.measure.RawOperation;
import org.selkie.extent.ProbeReport;

/** The machine and the medium, as far as they decide the figures. What cannot be seen, as in a virtual machine, is said so. */
public final class Fingerprint {

    private static final List<String> INSTRUCTIONS = List.of("clwb", "clflushopt", "clflush", "avx2", "avx512f", "dcpop",
            "crc32");
    private static final int LINE_BYTES = 64;
    private static final double ENOUGH = 0.85;
    private static final int CLOCK_READINGS = 200_000;

    private Fingerprint() {
    }

    /** Names and values, in order. */
    public static Map<String, String> of(Place place, double noise, List<RawCeiling.Row> raw) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        facts.put("CPU", cpu());
        facts.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        facts.put("instructions", instructions());
        facts.put("machine", virtual());
        facts.put("governor", read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
                .orElse("not to be seen; the host decides the frequency"));
        facts.put("load at the start", read("/proc/loadavg").map(text -> text.substring(0, text.indexOf(' '))).orElse("unknown"));
        facts.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        facts.put("JDK", Runtime.version() + " (" + System.getProperty("java.vm.name") + ")");
        medium(place, facts);
        facts.put("reading the clock", clockNanos() + " ns, which p50, p99 and p99.9 include");
        facts.put("processors had", processorsHad(raw));
        facts.put("noise", Double.isNaN(noise) ? "not measured"
                : Math.round(1000 * noise) / 10.0 + " %: what the same loop in C, run twice in turn, differed by at most");
        return facts;
    }

    private static void medium(Place place, Map<String, String> facts) {
        ProbeReport probe = place.probe();
        facts.put("place", place.device().map(Path::toString).orElse(probe.probedAt()));
        facts.put("medium", probe.medium().map(medium -> medium.description()).orElse("none") + " (" + probe.fileSystem() + ")");
        facts.put("tier", probe.tier().map(Enum::toString).orElse("none"));
        facts.put("granularity", probe.granularity().map(Enum::toString).orElse("none"));
        facts.put("durability", place.durability() + ": " + probe.how());
        facts.put("pages", probe.pageSizeBytes() + " B; 2 MiB pages: " + (probe.hugePages().yes() ? "yes, " : "no, ")
                + probe.hugePages().reason());
        if (!place.isPersistent() || place.emulation().slowsDown()) {
            facts.put("emulation", place.emulation().words()
                    + (place.emulation().source().isEmpty() ? "" : " (" + place.emulation().source() + ")"));
        }
    }

    /** By the checksum of data at rest, which shares nothing: what several threads do together, against what one does alone. */
    private static String processorsHad(List<RawCeiling.Row> raw) {
        List<RawCeiling.Row> sums = raw.stream().filter(row -> row.operation() == RawOperation.CRC
                && row.lengthBytes() == LINE_BYTES)
                .toList();
        if (sums.size() < 2) {
            return "not measured";
        }
        RawCeiling.Row most = sums.getLast();
        double had = most.threads() * sums.getFirst().nanos() / most.nanos();
        return String.format(Locale.ROOT, "%.1f of %d%s", had, most.threads(), had > ENOUGH * most.threads() ? ""
                : ": something else ran, and what is shown for several threads is not how they scale");
    }

    private static String cpu() {
        return cpuLine("model name").or(() -> cpuLine("CPU part")).orElse("unknown")
                + cpuLine("model\t").map(model -> ", family " + cpuLine("cpu family").orElse("?") + " model " + model).orElse("");
    }

    private static String instructions() {
        Set<String> flags = new HashSet<>(Arrays.asList(cpuLine("flags").or(() -> cpuLine("Features")).orElse("").split(" ",
                -1)));
        List<String> found = new ArrayList<>(INSTRUCTIONS);
        found.retainAll(flags);
        return found.isEmpty() ? "none of " + String.join(", ", INSTRUCTIONS) : String.join(", ", found);
    }

    private static String virtual() {
        boolean guest = cpuLine("flags").orElse("").contains("hypervisor");
        return guest ? "virtual: other guests share caches and memory, and no figure here is free of them" : "no hypervisor seen";
    }

    private static Optional<String> cpuLine(String key) {
        return read("/proc/cpuinfo").flatMap(text -> text.lines().filter(line -> line.startsWith(key))
                .map(line -> line.substring(line.indexOf(':') + 1).strip()).findFirst());
    }

    private static Optional<String> read(String file) {
        try {
            return Optional.of(Files.readString(Path.of(file)).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static long clockNanos() {
        long began = System.nanoTime();
        for (int i = 0; i < CLOCK_READINGS; i++) {
            System.nanoTime();
        }
        return (System.nanoTime() - began) / CLOCK_READINGS;
    }
}
