// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.selkie.extent.PathProbe;
import org.selkie.extent.ProbeReport;
import org.selkie.extent.ProbeReport.Answer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code selkie probe}: what a path can promise, and why. */
@Command(
    name = "probe",
    description = {
        "Find out what a path can promise and why, and what to change to get more.",
        "Tries it on a file without a name, or on the existing file without storing to it, and leaves nothing behind."
    },
    mixinStandardHelpOptions = true,
    versionProvider = SelkieCommand.Version.class,
    footerHeading = "%nExamples:%n",
    footer = {
        "  selkie probe /mnt/data",
        "  selkie probe /dev/dax0.0 --json"
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
        "0:a pool can be there",
        "1:none can",
        "2:the command line was not understood"
    })
final class ProbeCommand implements Callable<Integer> {
    private static final String INDENT = " ".repeat(14);

    @Spec
    private CommandSpec spec = CommandSpec.create();
    @Parameters(index = "0", paramLabel = "PATH", description = "A directory, a file, a device, or what is not there yet.")
    private Path path = Path.of("");
    @Option(names = "--json", description = "Print JSON.")
    private boolean json;
    @Option(names = "--map-direct-bit", paramLabel = "BIT", defaultValue = "0",
        description = "The mmap flag MAP_DIRECT of a kernel that has it, such as 0x4000000; no released kernel does.")
    private int mapDirectBit;

    @Override
    public Integer call() {
        ProbeReport report = PathProbe.probe(path, mapDirectBit);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.of(report));
        } else {
            print(report, out);
        }
        out.flush();
        return report.refusal().isPresent() ? spec.exitCodeOnExecutionException() : spec.exitCodeOnSuccess();
    }

    private static void print(ProbeReport report, PrintWriter out) {
        boolean asAsked = report.probedAt().equals(report.path());
        out.println(report.path() + (asAsked ? "" : " (not there yet; tried in " + report.probedAt() + ")"));
        report.refusal().ifPresent(reason -> line(out, "no pool", reason));
        report.durability().ifPresent(level -> line(out, "durability", EnumWord.of(level)));
        if (report.refusal().isEmpty()) {
            line(out, "how", report.how());
            line(out, "granularity", report.granularity().map(EnumWord::of).orElse("none"));
            line(out, "seal", report.tier().map(tier -> tier + ": " + reason(report, tier.name())).orElse("none"));
        }
        line(out, "medium", report.medium().map(medium -> medium.description()).orElse("none"));
        line(out, "file system", report.fileSystem());
        report.mount().ifPresent(mount -> line(out, "mount", mount));
        line(out, "DAX", report.daxAttribute() ? "yes" : "no");
        line(out, "MAP_SYNC", words(report.mapSync()));
        line(out, "MAP_DIRECT", EnumWord.of(report.mapDirect().outcome()).replace('-', ' ') + ": "
            + report.mapDirect().reason());
        line(out, "domain", domains(report.persistenceDomains()));
        line(out, "page size", Figures.bytes(report.pageSizeBytes()) + "; 2 MiB pages: " + words(report.hugePages()));
        line(out, "seal tiers", report.tiers().stream()
            .map(tier -> tier.tier() + (tier.available() ? ": " : " no: ") + tier.reason())
            .collect(Collectors.joining("\n" + INDENT)));
        if (!report.remedies().isEmpty()) {
            line(out, "to get more", String.join("\n" + INDENT, report.remedies()));
        }
    }

    private static String reason(ProbeReport report, String tier) {
        return report.tiers().stream()
            .filter(answer -> answer.tier().name().equals(tier))
            .map(ProbeReport.TierAnswer::reason)
            .findFirst().orElse("");
    }

    private static String words(Answer answer) {
        return (answer.yes() ? "yes: " : "no: ") + answer.reason();
    }

    private static String domains(Map<String, String> regions) {
        return regions.isEmpty() ? "no nvdimm region names one" : new TreeMap<>(regions).entrySet().stream()
            .map(region -> region.getKey() + " " + (region.getValue().isEmpty() ? "unknown" : region.getValue()))
            .collect(Collectors.joining(", "));
    }

    private static void line(PrintWriter out, String name, String value) {
        out.println("  " + name + " ".repeat(INDENT.length() - 2 - name.length()) + value);
    }
}
