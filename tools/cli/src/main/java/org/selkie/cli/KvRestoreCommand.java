// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.selkie.Pool;
import org.selkie.fault.BackupException;
import org.selkie.kv.Backup;
import org.selkie.kv.KvStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code selkie kv restore}: a new store from a backup. */
@Command(
    name = "restore",
    description = {
        "Make a store from a backup: a directory, or files in the order in which they were written, or standard input.",
        "The store must not be there, or be empty. Directories and files are checked as a whole before anything is written."
    },
    mixinStandardHelpOptions = true,
    versionProvider = SelkieCommand.Version.class,
    footerHeading = "%nExamples:%n",
    footer = {
        "  selkie kv restore /mnt/data/pool customers /mnt/backups/customers/",
        "  selkie kv restore /mnt/data/pool customers all.selkie-backup since.selkie-backup",
        "  gzip -d < all.gz | selkie kv restore /mnt/data/pool customers -"
    })
final class KvRestoreCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();
    @Mixin
    private StorePlace place = new StorePlace();
    @Parameters(index = "2..*", paramLabel = "FROM", arity = "1..*",
        description = "A directory; or files; or - for standard input.")
    private List<String> from = new ArrayList<>();
    @Mixin
    private NewPoolOptions newPool = new NewPoolOptions();

    @Override
    public Integer call() throws IOException {
        boolean fromDirectory = Files.isDirectory(Path.of(from.getFirst()));
        boolean fromStream = from.contains(InputFile.STANDARD_INPUT);
        if (from.size() > 1 && (fromDirectory || fromStream)) {
            throw new ParameterException(spec.commandLine(), "a directory or standard input is restored alone");
        }
        // What cannot be restored is said before a pool is made for it.
        if (fromDirectory) {
            Backup.check(Path.of(from.getFirst()));
        } else if (!fromStream) {
            forEachFile((in, position) -> Backup.check(in, position));
        }
        try (Pool pool = newPool.open(place.poolPath())) {
            KvStore store = pool.store(place.store());
            if (store.statistics().entries() > 0) {
                throw new CommandFailedException("store " + store.name() + " holds " + Figures.count(store.statistics().entries())
                    + " entries already; name a store that is not there yet");
            }
            long position;
            if (fromDirectory) {
                position = store.backup().restoreFrom(Path.of(from.getFirst()));
            } else if (fromStream) {
                position = store.backup().restore(Channels.newInputStream(Streams.of(spec).in()), 0);
            } else {
                position = forEachFile((in, before) -> store.backup().restore(in, before));
            }
            PrintWriter out = spec.commandLine().getOut();
            long entries = store.statistics().entries();
            out.println("restored " + (entries == 1 ? "1 entry" : Figures.count(entries) + " entries") + " into store "
                + store.name() + ", as the backed up store was at its position " + position + "; "
                + EnumWord.of(pool.durability()));
            out.flush();
        }
        return spec.exitCodeOnSuccess();
    }

    /** What is done with one file, given where the one before ended. */
    private interface Step {
        long apply(InputStream in, long position);
    }

    private long forEachFile(Step step) throws IOException {
        long position = 0;
        for (String file : from) {
            try (InputStream in = Channels.newInputStream(InputFile.open(spec, file))) {
                position = step.apply(in, position);
            } catch (BackupException e) {
                throw new CommandFailedException(file + ": " + Complaint.firstLine(e), e);
            }
        }
        return position;
    }
}
