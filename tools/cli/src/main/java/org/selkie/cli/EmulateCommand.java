// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.selkie.cli.bench.BenchProcess;
import org.selkie.cli.bench.EmulatedMedium;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code selkie emulate}: media that are not there. */
@Command(
    name = "emulate",
    description = {
        "Mount memory as a medium that this machine does not have, and run the benchmarks on it; needs root.",
        "huge: a tmpfs with pages of 2 MiB, as DAX files have. small: with pages of 4 KiB. hugetlb: a hugetlbfs, whose files"
                + " behave "
            + "as /dev/dax does: multiples of 2 MiB, no write(2).",
        "A profile adds what a device adds to each fence, and limits what can be written a second; the log and its ceiling pay"
                + " it "
            + "in the same place. Peers do not, and are left out. Every result says that it is emulated."
    },
    mixinStandardHelpOptions = true,
    versionProvider = SelkieCommand.Version.class,
    footerHeading = "%nExamples:%n",
    footer = {
        "  selkie emulate                             a tmpfs with pages of 2 MiB",
        "  selkie emulate --profile optane-1          what one DIMM would do",
        "  selkie emulate --pages hugetlb --keep      mount it, and leave it mounted"
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
        "0:measured, or mounted",
        "1:it could not be carried out",
        "2:the command line was not understood"
    })
final class EmulateCommand implements Callable<Integer> {
    private static final String PROGRAM = "org.selkie.bench.program.BenchProgram";
    private static final long LEAST_BYTES = 1L << 30;

    @Spec
    private CommandSpec spec = CommandSpec.create();
    @Option(names = "--pages", paramLabel = "KIND", defaultValue = "huge",
        description = "huge, small or hugetlb; ${DEFAULT-VALUE} if not given.")
    private String pages = "huge";
    @Option(names = "--profile", paramLabel = "NAME",
        description = "optane-1, optane-6, cxl, nvdimm-n or slow; nothing is added if not given. Sources: docs/benchmarks.md.")
    private @Nullable String profile;
    @Option(names = "--size", paramLabel = "BYTES", converter = ByteSize.class, defaultValue = "2g",
        description = "How much memory; ${DEFAULT-VALUE} if not given.")
    private long sizeBytes;
    @Option(names = "--keep", description = "Mount it and leave it mounted; nothing is measured.")
    private boolean keep;
    @Option(names = "--full", description = "As with selkie bench.")
    private boolean full;
    @Option(names = "--json", description = "Print JSON.")
    private boolean json;
    @Option(names = "--html", paramLabel = "FILE", description = "Write a page with curves there.")
    private @Nullable Path html;

    @Override
    public Integer call() throws IOException, InterruptedException {
        require(sizeBytes >= LEAST_BYTES, "--size " + sizeBytes + "; expected 1g or more, of which the benchmarks use most");
        require(!keep || profile == null, "--profile goes with a measurement: a mounted memory has no latency of its own");
        PrintWriter out = spec.commandLine().getOut();
        try (EmulatedMedium medium = EmulatedMedium.mount(kind(), sizeBytes);
                Interruption _ = Interruption.then(() -> closeNow(medium))) {
            if (keep) {
                out.println(medium.directory());
                out.println("EMULATED: nothing on it outlives this machine; to end it: " + medium.keep());
                out.flush();
                return spec.exitCodeOnSuccess();
            }
            return new BenchProcess(PROGRAM, arguments(medium.directory()), false).run(out, spec.commandLine().getErr());
        }
    }

    private EmulatedMedium.Pages kind() {
        return switch (pages) {
            case "huge" -> EmulatedMedium.Pages.HUGE;
            case "small" -> EmulatedMedium.Pages.SMALL;
            case "hugetlb" -> EmulatedMedium.Pages.HUGETLB;
            default -> throw new ParameterException(spec.commandLine(), "--pages " + pages + "; expected huge, small or hugetlb");
        };
    }

    private List<String> arguments(Path directory) {
        List<String> arguments = new ArrayList<>(List.of(full ? "--full" : "--quick", "--no-peers", "--path",
                directory.toString()));
        if (profile != null) {
            arguments.addAll(List.of("--emulate", profile));
        }
        if (html != null) {
            arguments.addAll(List.of("--html", html.toAbsolutePath().toString()));
        }
        if (json) {
            arguments.add("--json");
        }
        return arguments;
    }

    private static void closeNow(EmulatedMedium medium) {
        try {
            medium.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void require(boolean sense, String complaint) {
        if (!sense) {
            throw new ParameterException(spec.commandLine(), complaint);
        }
    }
}
