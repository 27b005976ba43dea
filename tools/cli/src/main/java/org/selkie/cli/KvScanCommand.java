// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.selkie.cli.kv.EntryFormat;
import org.selkie.cli.kv.Escapes;
import org.selkie.kv.Entry;
import org.selkie.kv.KvStore;
import org.selkie.kv.Range;
import org.selkie.kv.Snapshot;
import org.selkie.kv.StoreOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code selkie kv scan}: the entries of a range, in order. */
@Command(
    name = "scan",
    description = {
        "Write the entries of a range of keys in order, as lines that kv load reads again: key, tab, value.",
        "Keys are compared as bytes. Control characters and what is no UTF-8 are written as \\t \\n \\r \\\\ \\xHH. Another "
            + "process may write the store meanwhile; what is shown is of one moment."
    },
    mixinStandardHelpOptions = true,
    versionProvider = SelkieCommand.Version.class,
    footerHeading = "%nExamples:%n",
    footer = {
        "  selkie kv scan /mnt/data/pool customers --prefix c/ --limit 10",
        "  selkie kv scan /mnt/data/pool customers --from c/10 --to c/20 --reverse",
        "  selkie kv scan /mnt/data/pool customers --keys | wc -l"
    })
final class KvScanCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();
    @Mixin
    private StorePlace place = new StorePlace();
    @Option(names = "--prefix", paramLabel = "BYTES", description = "The keys that begin with this.")
    private @Nullable String prefix;
    @Option(names = "--from", paramLabel = "KEY", description = "The keys from this one on, itself too.")
    private @Nullable String from;
    @Option(names = "--to", paramLabel = "KEY", description = "The keys below this one.")
    private @Nullable String to;
    @Option(names = "--reverse", description = "From the highest key to the lowest.")
    private boolean reverse;
    @Option(names = {"-n", "--limit"}, paramLabel = "N", description = "End after N entries.")
    private long limit = Long.MAX_VALUE;
    @Option(names = "--keys", description = "Write the keys alone.")
    private boolean keysOnly;
    @Option(names = "--format", paramLabel = "FORMAT", converter = EntryFormatWord.class,
        completionCandidates = EntryFormatWord.class, defaultValue = "tsv",
        description = "One of ${COMPLETION-CANDIDATES}; ${DEFAULT-VALUE} if not given.")
    private EntryFormat format = EntryFormat.TSV;
    @Mixin
    private Words words = new Words();
    @Mixin
    private ReadingOptions reading = new ReadingOptions();

    @Override
    public Integer call() throws IOException {
        if (limit < 0) {
            throw new ParameterException(spec.commandLine(), "--limit " + limit + " is below 0");
        }
        Range range = range();
        try (RecordOutput output = RecordOutput.ofBytes(Streams.of(spec))) {
            place.read(StoreOptions.defaults().withOrder(), reading.salvage(), false, (pool, store) -> {
                write(store, range, output);
                output.flush();
                return true;
            });
        } catch (ReaderGoneException e) {
            // Whoever reads has what was wanted, as in "| head".
            return spec.exitCodeOnSuccess();
        }
        return spec.exitCodeOnSuccess();
    }

    /** What is asked for twice must hold twice. */
    private Range range() {
        Range begins = prefix == null ? Range.all() : Range.prefix(words.bytes(prefix));
        byte[] lowest = begins.from();
        byte[] end = begins.to();
        if (from != null) {
            byte[] asked = words.bytes(from);
            lowest = lowest == null || Arrays.compareUnsigned(asked, lowest) > 0 ? asked : lowest;
        }
        if (to != null) {
            byte[] asked = words.bytes(to);
            end = end == null || Arrays.compareUnsigned(asked, end) < 0 ? asked : end;
        }
        return new Range(lowest, end, reverse);
    }

    private void write(KvStore store, Range range, RecordOutput output) throws IOException {
        try (Snapshot snapshot = store.snapshot()) {
            Iterator<Entry> entries = store.ordered().scan(range, snapshot);
            for (long left = limit; left > 0 && entries.hasNext(); left--) {
                Entry entry = entries.next();
                output.write(keysOnly ? keyLine(entry) : format.line(entry.key(), entry.value(), entry.expiry()));
            }
        }
    }

    private static byte[] keyLine(Entry entry) {
        return (Escapes.of(entry.key()) + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
