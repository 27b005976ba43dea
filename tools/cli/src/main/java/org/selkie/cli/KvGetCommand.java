// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.selkie.cli.kv.EntryFormat;
import org.selkie.kv.Entry;
import org.selkie.kv.StoreOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code selkie kv get}: a key's value. */
@Command(
    name = "get",
    description = {
        "Write a key's value to standard output, byte for byte; on a terminal with a line feed behind it.",
        "Another process may write the store meanwhile."
    },
    mixinStandardHelpOptions = true,
    versionProvider = SelkieCommand.Version.class,
    footerHeading = "%nExamples:%n",
    footer = {
        "  selkie kv get /mnt/data/pool customers c/17",
        "  selkie kv get /mnt/data/pool customers c/17 --json"
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
        "0:the key has a value",
        "1:it has none, or it cannot be read",
        "2:the command line was not understood, or there is no such store"
    })
final class KvGetCommand implements Callable<Integer> {
    private static final byte[] LINE_FEED = {'\n'};

    @Spec
    private CommandSpec spec = CommandSpec.create();
    @Mixin
    private StorePlace place = new StorePlace();
    @Parameters(index = "2", paramLabel = "KEY", description = "The key.")
    private String key = "";
    @Option(names = "--json", description = "Print key, value, and when it expires, as JSON.")
    private boolean json;
    @Mixin
    private Words words = new Words();
    @Mixin
    private ReadingOptions reading = new ReadingOptions();

    @Override
    public Integer call() throws IOException {
        byte[] keyBytes = words.key(key);
        Entry entry = place.read(StoreOptions.defaults(), reading.salvage(), true,
                (pool, store) -> Optional.ofNullable(store.getEntry(keyBytes)))
            .orElseThrow(() -> new CommandFailedException("store " + place.store() + " has no key " + Words.shown(keyBytes)
                    + "; selkie kv scan lists those that it has"));
        try (RecordOutput output = RecordOutput.ofBytes(Streams.of(spec))) {
            if (json) {
                output.write(EntryFormat.JSONL.line(entry.key(), entry.value(), entry.expiry()));
            } else {
                output.write(entry.value());
                if (Terminal.isAttached(Terminal.STANDARD_OUTPUT)) {
                    output.write(LINE_FEED);
                }
            }
            output.flush();
        } catch (ReaderGoneException e) {
            // Nobody wants it any more.
            return spec.exitCodeOnSuccess();
        }
        return spec.exitCodeOnSuccess();
    }
}
