// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.selkie.cli.kv.EntryFormat;
import org.selkie.kv.Entry;
import org.selkie.kv.KvStore;
import org.selkie.kv.Range;
import org.selkie.kv.Snapshot;
import org.selkie.kv.StoreOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code selkie kv dump}: all entries as text. */
@Command(
    name = "dump",
    description = {
        "Write all entries as lines, in the order of their keys, to a file or to standard output: what kv load reads again.",
        "The formats are those of kv load. Loading a dump and dumping again gives the same bytes. Another process may write "
            + "the store meanwhile; the dump is of one moment."
    },
    mixinStandardHelpOptions = true,
    versionProvider = SelkieCommand.Version.class,
    footerHeading = "%nExamples:%n",
    footer = {
        "  selkie kv dump /mnt/data/pool customers customers.tsv",
        "  selkie kv dump /mnt/data/pool customers --format jsonl | gzip > customers.jsonl.gz"
    })
final class KvDumpCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();
    @Mixin
    private StorePlace place = new StorePlace();
    @Parameters(index = "2", paramLabel = "FILE", arity = "0..1", defaultValue = InputFile.STANDARD_INPUT,
        description = "What to write; standard output if it is - or not given. A file that is there is replaced when the new "
            + "one is whole.")
    private String file = InputFile.STANDARD_INPUT;
    @Option(names = "--format", paramLabel = "FORMAT", converter = EntryFormatWord.class,
        completionCandidates = EntryFormatWord.class,
        description = "One of ${COMPLETION-CANDIDATES}; if not given, what the file's name ends with, and tsv for standard "
            + "output.")
    private @Nullable EntryFormat format;
    @Option(names = "--unordered", description = "In no order, which needs less memory.")
    private boolean unordered;
    @Mixin
    private ReadingOptions reading = new ReadingOptions();

    /** Where a line goes. */
    private interface Lines {
        void write(byte[] line) throws IOException;
    }

    @Override
    public Integer call() throws IOException {
        EntryFormat wanted = EntryFiles.format(spec, format, file);
        StoreOptions options = unordered ? StoreOptions.defaults() : StoreOptions.defaults().withOrder();
        if (!file.equals(InputFile.STANDARD_INPUT)) {
            long entries = place.read(options, reading.salvage(), false, (pool, store) -> {
                try (OutputFile output = OutputFile.create(Path.of(file))) {
                    OutputStream stream = output.stream();
                    long written = write(store, wanted, stream::write);
                    output.commit();
                    return written;
                }
            });
            PrintWriter out = spec.commandLine().getOut();
            out.println("dumped " + (entries == 1 ? "1 entry" : Figures.count(entries) + " entries") + " to " + file);
            out.flush();
            return spec.exitCodeOnSuccess();
        }
        try (RecordOutput output = RecordOutput.ofBytes(Streams.of(spec))) {
            place.read(options, reading.salvage(), false, (pool, store) -> {
                long written = write(store, wanted, output::write);
                output.flush();
                return written;
            });
        } catch (ReaderGoneException e) {
            // Whoever reads has what was wanted, as in "| head".
            return spec.exitCodeOnSuccess();
        }
        return spec.exitCodeOnSuccess();
    }

    private long write(KvStore store, EntryFormat wanted, Lines lines) throws IOException {
        long[] written = new long[1];
        try (Snapshot snapshot = store.snapshot()) {
            if (unordered) {
                snapshot.forEach(entry -> {
                    written[0]++;
                    writeUnchecked(entry, wanted, lines);
                });
            } else {
                store.ordered().scan(Range.all(), snapshot).forEachRemaining(entry -> {
                    written[0]++;
                    writeUnchecked(entry, wanted, lines);
                });
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return written[0];
    }

    private static void writeUnchecked(Entry entry, EntryFormat wanted, Lines lines) {
        try {
            lines.write(wanted.line(entry.key(), entry.value(), entry.expiry()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
