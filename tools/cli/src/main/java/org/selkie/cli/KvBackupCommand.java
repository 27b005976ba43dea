// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.selkie.Pool;
import org.selkie.fault.PositionException;
import org.selkie.kv.BackupPart;
import org.selkie.kv.KvStore;
import org.selkie.kv.StoreOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code selkie kv backup}: a store as files or as a stream. */
@Command(
    name = "backup",
    description = {
        "Back a store up as it is at one moment, to a directory, a file or standard output.",
        "A directory gets all of the store the first time, and what was changed since each further time. A file or a stream "
            + "gets all of it, or with --from what was changed since a position: the one that an earlier backup printed. "
            + "Another process may write the store meanwhile; what is not known to be durable is not in it."
    },
    mixinStandardHelpOptions = true,
    versionProvider = SelkieCommand.Version.class,
    footerHeading = "%nExamples:%n",
    footer = {
        "  selkie kv backup /mnt/data/pool customers /mnt/backups/customers/",
        "  selkie kv backup /mnt/data/pool customers customers.selkie-backup",
        "  selkie kv backup /mnt/data/pool customers - --from 1048576 | gzip > since.gz"
    })
final class KvBackupCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();
    @Mixin
    private StorePlace place = new StorePlace();
    @Parameters(index = "2", paramLabel = "TO", description = "A directory that is there, or whose name ends with /; or a file; "
        + "or - for standard output.")
    private String to = InputFile.STANDARD_INPUT;
    @Option(names = "--from", paramLabel = "POSITION", description = "To a file or stream: only what was changed since.")
    private @Nullable Long from;
    @Option(names = "--full", description = "To a directory: all of the store again; what it held is removed when that is done.")
    private boolean full;
    @Mixin
    private ReadingOptions reading = new ReadingOptions();

    @Override
    public Integer call() throws IOException {
        boolean toStream = to.equals(InputFile.STANDARD_INPUT);
        boolean toDirectory = !toStream && (to.endsWith("/") || Files.isDirectory(Path.of(to)));
        if (toDirectory && from != null) {
            throw new ParameterException(spec.commandLine(), "a directory knows where its backup ended; leave out --from");
        }
        if (!toDirectory && full) {
            throw new ParameterException(spec.commandLine(), "--full is for a directory; a file gets all of it anyway");
        }
        if (from != null && from < 1) {
            throw new ParameterException(spec.commandLine(), "--from " + from + " is no position; leave it out to back all up");
        }
        place.read(StoreOptions.defaults(), reading.salvage(), false, (pool, store) -> {
            if (toDirectory) {
                writeDirectory(pool, store);
            } else if (toStream) {
                say(pool, store, writeStream(store, Channels.newOutputStream(Streams.of(spec).out())), err());
            } else {
                try (OutputFile file = OutputFile.create(Path.of(to))) {
                    long end = writeStream(store, file.stream());
                    file.commit();
                    say(pool, store, end, spec.commandLine().getOut());
                }
            }
            return true;
        });
        return spec.exitCodeOnSuccess();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }

    private long writeStream(KvStore store, OutputStream stream) {
        if (from == null) {
            return store.backup().write(stream);
        }
        try {
            return store.backup().writeSince(from, stream);
        } catch (PositionException e) {
            throw new CommandFailedException("not all that was changed since position " + from + " is there: "
                + Complaint.firstLine(e).replace("begin anew with changes()", "leave out --from"), e);
        }
    }

    private void say(Pool pool, KvStore store, long end, PrintWriter writer) {
        writer.println("store " + store.name() + (from == null ? ", all of it" : ", what was changed since position " + from)
            + ", to " + (to.equals(InputFile.STANDARD_INPUT) ? "standard output" : to) + "; go on with --from " + end);
        note(pool, store, end);
        writer.flush();
    }

    private void writeDirectory(Pool pool, KvStore store) {
        Path directory = Path.of(to);
        BackupPart part = full ? store.backup().writeWholeTo(directory) : store.backup().writeTo(directory);
        PrintWriter out = spec.commandLine().getOut();
        out.println("store " + store.name() + (part.isWhole() ? ", all of it" : ", what was changed since position "
            + part.fromPosition()) + ": " + (part.isWhole() ? Figures.count(part.changes()) + (part.changes() == 1 ? " entry"
            : " entries") : Figures.count(part.changes(), "change")) + ", " + Figures.bytes(part.lengthBytes()) + ", to "
            + directory.resolve(part.fileName()));
        out.flush();
        note(pool, store, part.toPosition());
    }

    /** What a writer that is at work, or was killed, has written and nothing says is durable. */
    private void note(Pool pool, KvStore store, long end) {
        long written = pool.recovery().logs().stream().filter(log -> log.log().equals(store.name()))
            .mapToLong(log -> log.endPosition()).findFirst().orElse(end);
        if (written > end) {
            err().println(spec.qualifiedName() + ": note: the last " + Figures.bytes(written - end) + " of the store's log are "
                + "not known to be durable yet, and are not in the backup");
            err().flush();
        }
    }
}
