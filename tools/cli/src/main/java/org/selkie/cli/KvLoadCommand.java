// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.selkie.Pool;
import org.selkie.cli.kv.EntryFormat;
import org.selkie.kv.KvStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code selkie kv load}: many entries from a file. */
@Command(
    name = "load",
    description = {
        "Put the entries of a file, a line each, or of standard input.",
        "tsv: key, tab, value, and another tab and the moment if the entry expires; \\t \\n \\r \\\\ \\xHH stand for bytes. "
            + "jsonl: {\"key\":\"k\",\"value\":\"v\",\"expires\":\"2030-12-31T23:59:59Z\"}; key64 and value64 hold Base64. "
            + "Pool and store are made if they are not there. Entries go in batches, each of them durable as a whole; from a "
            + "pipe, what has come is made durable before more is waited for."
    },
    mixinStandardHelpOptions = true,
    versionProvider = SelkieCommand.Version.class,
    footerHeading = "%nExamples:%n",
    footer = {
        "  selkie kv load /mnt/data/pool customers customers.tsv",
        "  selkie kv dump /mnt/data/pool customers | selkie kv load /mnt/other/pool customers"
    })
final class KvLoadCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();
    @Mixin
    private StorePlace place = new StorePlace();
    @Parameters(index = "2", paramLabel = "FILE", arity = "0..1", defaultValue = InputFile.STANDARD_INPUT,
        description = "What to load; standard input if it is - or not given.")
    private String file = InputFile.STANDARD_INPUT;
    @Option(names = "--format", paramLabel = "FORMAT", converter = EntryFormatWord.class,
        completionCandidates = EntryFormatWord.class,
        description = "One of ${COMPLETION-CANDIDATES}; if not given, what the file's name ends with, and tsv for standard "
            + "input.")
    private @Nullable EntryFormat format;
    @Mixin
    private NewPoolOptions newPool = new NewPoolOptions();

    @Override
    public Integer call() throws IOException {
        EntryFormat wanted = EntryFiles.format(spec, format, file);
        // What cannot be read is said before a pool is made for it.
        try (ReadableByteChannel input = InputFile.open(spec, file)) {
            try (Pool pool = newPool.open(place.poolPath())) {
                load(pool, input, wanted);
            }
        }
        return spec.exitCodeOnSuccess();
    }

    private void load(Pool pool, ReadableByteChannel input, EntryFormat wanted) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        KvStore store = pool.store(place.store());
        long started = System.nanoTime();
        StoreLoader loader = new StoreLoader(store, wanted, file.equals(InputFile.STANDARD_INPUT) ? "standard input" : file);
        long expectedBytes = input instanceof FileChannel channel && channel.size() > 0 ? channel.size() : -1;
        try (Interruption _ = Interruption.then(() -> stop(pool, loader, err));
                Progress _ = Progress.show(err,
                    () -> progressLine(loader.done(), expectedBytes, System.nanoTime() - started))) {
            loader.loadAll(input);
        } catch (RuntimeException | IOException e) {
            throw new PartlyAppendedException(part(loader), e);
        }
        long nanos = System.nanoTime() - started;
        StoreLoader.Done done = loader.done();
        out.println("loaded " + entries(done.entries()) + ", " + Figures.bytes(done.bytes()) + ", into store "
            + place.store() + " in " + Figures.duration(nanos) + ", "
            + Figures.count(Math.round(done.entries() / Figures.seconds(nanos))) + " a second, "
            + EnumWord.of(pool.durability()));
        if (done.expired() > 0) {
            out.println("left out " + entries(done.expired()) + ", whose time was over");
        }
        out.flush();
    }

    private void stop(Pool pool, StoreLoader loader, PrintWriter err) {
        String below = Terminal.isAttached(Terminal.STANDARD_ERROR) ? System.lineSeparator() : "";
        err.println(below + spec.qualifiedName() + ": interrupted; " + part(loader));
        err.flush();
        pool.close();
    }

    private String part(StoreLoader loader) {
        StoreLoader.Done done = loader.done();
        return done.entries() == 0 ? "nothing was loaded into store " + place.store()
            : "the first " + entries(done.entries()) + (done.entries() == 1 ? " is" : " are") + " in store " + place.store();
    }

    private static String entries(long number) {
        return number == 1 ? "1 entry" : Figures.count(number) + " entries";
    }

    private static String progressLine(StoreLoader.Done done, long expectedBytes, long nanos) {
        String share = expectedBytes > 0 ? 100 * done.bytes() / expectedBytes + "%, " : "";
        return "loading: " + share + entries(done.entries()) + ", " + Figures.bytes(done.bytes()) + ", "
            + Figures.rate(done.bytes(), nanos);
    }
}
