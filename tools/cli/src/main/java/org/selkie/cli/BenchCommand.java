// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.selkie.cli.bench.BenchProcess;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code selkie bench}: the ceiling in C, the log, the store, and the peers, in one run. */
@Command(
    name = "bench",
    description = {
        "Measure what durable writes from Java cost on a device, beside the limit in C and the peers.",
        "Contenders take turns in rounds of a millisecond; ratios are taken within a turn and shown with the interval that holds "
            + "them with 95 %% confidence. A difference within the noise is shown as even. The last column says what an "
            + "acknowledged write survives: what is not durable is not the same work."
    },
    mixinStandardHelpOptions = true,
    versionProvider = SelkieCommand.Version.class,
    footerHeading = "%nExamples:%n",
    footer = {
        "  selkie bench --quick",
        "  selkie bench --path /mnt/pmem --full --html pmem.html",
        "  selkie bench --device /dev/dax0.0 --json",
        "  selkie bench --with-peers --disk /var/tmp"
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
        "0:measured",
        "1:it could not be carried out",
        "2:the command line was not understood"
    })
final class BenchCommand implements Callable<Integer> {
    private static final String PROGRAM = "org.selkie.bench.program.BenchProgram";

    @Spec
    private CommandSpec spec = CommandSpec.create();
    @Option(names = "--path", paramLabel = "DIR",
        description = "A directory on the medium; /dev/shm, memory that plays persistent memory, if not given.")
    private @Nullable Path path;
    @Option(names = "--device", paramLabel = "DEV", description = "A device-dax in its stead. What is on it is LOST.")
    private @Nullable Path device;
    @Option(names = "--disk", paramLabel = "DIR",
        description = "A directory on a disk, for group commit; the working directory if not given.")
    private @Nullable Path disk;
    @Option(names = "--quick", description = "Under three minutes; so it is without an option, too.")
    private boolean quick;
    @Option(names = "--full",
        description = "Five times the rounds, ten times the latencies, every length for the peers, YCSB and db_bench's fills, "
            + "values of 100 B and 1 KiB; an hour and more with peers.")
    private boolean full;
    @Option(names = "--keys", paramLabel = "N",
        description = "Keys in each store, as 200k or 1m; 200,000 with --quick and 1,000,000 with --full if not given.")
    private @Nullable String keys;
    @Option(names = "--json", description = "Print JSON.")
    private boolean json;
    @Option(names = "--html", paramLabel = "FILE", description = "Write a page with curves there.")
    private @Nullable Path html;
    @Option(names = "--with-peers", description = "Build the peers first, which downloads them; once built, they take part.")
    private boolean withPeers;
    @Option(names = "--no-peers", description = "Leave the peers out.")
    private boolean noPeers;

    @Override
    public Integer call() throws IOException, InterruptedException {
        requireSense();
        return new BenchProcess(PROGRAM, arguments(), withPeers).run(spec.commandLine().getOut(), spec.commandLine().getErr());
    }

    private void requireSense() {
        require(!quick || !full, "--quick and --full exclude each other");
        require(!withPeers || !noPeers, "--with-peers and --no-peers exclude each other");
        require(path == null || device == null, "--path and --device exclude each other");
        for (Path directory : new Path[] {path, disk}) {
            if (directory != null && !Files.isDirectory(directory)) {
                throw new UnknownNameException(spec, "there is no directory " + directory);
            }
        }
    }

    private void require(boolean sense, String complaint) {
        if (!sense) {
            throw new ParameterException(spec.commandLine(), complaint);
        }
    }

    private List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        arguments.add(full ? "--full" : "--quick");
        add(arguments, "--path", path);
        add(arguments, "--device", device);
        add(arguments, "--disk", disk);
        add(arguments, "--html", html);
        if (keys != null) {
            arguments.addAll(List.of("--keys", keys));
        }
        if (json) {
            arguments.add("--json");
        }
        if (noPeers) {
            arguments.add("--no-peers");
        }
        return arguments;
    }

    private static void add(List<String> arguments, String option, @Nullable Path value) {
        if (value != null) {
            arguments.addAll(List.of(option, value.toAbsolutePath().toString()));
        }
    }
}
