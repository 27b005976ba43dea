// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.RecoveryReport;
import org.selkie.log.Finding;
import org.selkie.log.LogRecovery;
import org.selkie.log.RecoveryMode;
import org.selkie.persist.Durability;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code selkie repair}: keep what verifies. */
@Command(
    name = "repair",
    description = {
        "Say what of a damaged pool can be kept, save the pool as it is, and make it one that opens again.",
        "Every record that verifies is kept, and what is lost is marked as a gap. A store's key whose last record is lost has "
            + "the value before it, or one that was deleted. Restore a backup instead if there is one."
    },
    mixinStandardHelpOptions = true,
    versionProvider = SelkieCommand.Version.class,
    footerHeading = "%nExamples:%n",
    footer = {
        "  selkie repair /mnt/data/pool --dry-run               what would be kept and dropped; changes nothing",
        "  selkie repair /mnt/data/pool                         saves it as /mnt/data/pool.before-repair first",
        "  selkie repair /mnt/data/pool --save /mnt/other/pool"
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
        "0:there was nothing to repair, or it was repaired",
        "1:it could not be repaired; with --dry-run: something is damaged",
        "2:the command line was not understood, or there is no pool"
    })
final class RepairCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();
    @Parameters(index = "0", paramLabel = "POOL", description = "The pool's directory, or a device-dax device.")
    private Path poolPath = Path.of("");
    @Option(names = "--dry-run", description = "Only say what would be kept and dropped, and where.")
    private boolean dryRun;
    @Option(names = "--save", paramLabel = "DIR",
        description = "Where the pool is copied before it is changed; POOL.before-repair if not given.")
    private @Nullable Path save;
    @Option(names = "--no-save", description = "Do not copy the pool first: what is dropped is gone for good.")
    private boolean noSave;
    @Option(names = "--durability", paramLabel = "LEVEL", converter = DurabilityWord.class,
        completionCandidates = DurabilityWord.class, defaultValue = "power-failure",
        description = "What the repair itself must survive, one of ${COMPLETION-CANDIDATES}; ${DEFAULT-VALUE} if not given.")
    private Durability durability = Durability.POWER_FAILURE;

    @Override
    public Integer call() throws IOException {
        if (noSave && save != null) {
            throw new ParameterException(spec.commandLine(), "--save and --no-save cannot be given together");
        }
        PrintWriter out = spec.commandLine().getOut();
        RecoveryReport found;
        List<Finding> foreign;
        try (Pool pool = PoolAccess.forReading(spec, poolPath)) {
            found = pool.recovery();
            foreign = pool.foreignRecords();
        }
        List<CheckedStore> stores = CheckedStore.allOf(spec, poolPath);
        print(found, stores, out);
        out.flush();
        requireStores(stores, foreign);
        if (found.isClean()) {
            out.println("nothing to repair");
            out.flush();
            return spec.exitCodeOnSuccess();
        }
        if (dryRun) {
            out.println("nothing was changed; without --dry-run the above is done");
            out.flush();
            return found.hasLoss() ? spec.exitCodeOnExecutionException() : spec.exitCodeOnSuccess();
        }
        saveFirst(out);
        repair(out);
        return spec.exitCodeOnSuccess();
    }

    /** Salvage keeps what verifies; that somebody wrote to a store's log what no store writes is beyond it. */
    private static void requireStores(List<CheckedStore> stores, List<Finding> foreign) {
        if (!foreign.isEmpty()) {
            throw new CommandFailedException("no repair mends a user's record in a store's log: " + foreign.getFirst()
                + "; restore the store from a backup, or read it with --salvage");
        }
        for (CheckedStore store : stores) {
            if (!store.isClean()) {
                throw new CommandFailedException("store " + store.store() + " holds records that no store writes, and no repair "
                    + "mends that: " + store.findings().getFirst() + "; restore it from a backup");
            }
        }
    }

    private static void print(RecoveryReport found, List<CheckedStore> stores, PrintWriter out) {
        for (LogRecovery log : found.logs()) {
            Optional<CheckedStore> store = stores.stream().filter(each -> each.store().equals(log.log())).findFirst();
            out.println(store.map(each -> "keep " + each).orElseGet(() -> "keep log " + log.log()
                + ": " + Figures.count(log.records(), "record") + ", " + Figures.bytes(log.payloadBytes())) + ", positions "
                + log.startPosition() + " to " + log.endPosition());
            List<String> dropped = store.map(CheckedStore::dropped).filter(places -> !places.isEmpty())
                .orElseGet(() -> log.findings().stream().map(Finding::toString).toList());
            dropped.forEach(place -> out.println("  drop " + place));
            if (log.unlisted().findings() > 0) {
                out.println("  drop " + log.unlisted());
            }
            store.filter(_ -> log.hasLoss()).ifPresent(each -> out.println("  of what is lost, " + Figures.count(
                each.replacedLosses(), "record") + (each.replacedLosses() == 1 ? " was" : " were") + " replaced later, by what "
                + "is kept; any other was a key's last, which then has the value before it or none"));
            store.filter(each -> each.records() > log.records()).ifPresent(each -> out.println("  "
                + Figures.count(each.records() - log.records(), "record") + " of those that verify stand in a batch of which "
                + "another is lost, and are dropped with it"));
        }
        found.findings().forEach(finding -> out.println("drop " + finding));
    }

    private void saveFirst(PrintWriter out) throws IOException {
        if (noSave) {
            return;
        }
        if (!Files.isDirectory(poolPath)) {
            throw new CommandFailedException(poolPath + " is a device, which is not copied: copy it (dd), and give --no-save");
        }
        Path absolute = poolPath.toAbsolutePath().normalize();
        Path to = save != null ? save : absolute.resolveSibling(absolute.getFileName() + ".before-repair");
        try (Progress _ = Progress.show(spec.commandLine().getErr(), () -> "copying " + poolPath + " to " + to)) {
            PoolCopy.copy(absolute, to);
        }
        out.println("saved the pool as it was to " + to);
        out.flush();
    }

    private void repair(PrintWriter out) {
        PoolOptions options = PoolOptions.defaults().withDurability(durability).withRecoveryMode(RecoveryMode.SALVAGE)
            .withoutCreating();
        try (Pool pool = Pool.open(poolPath, options)) {
            // Opening did it.
            pool.audit();
        }
        try (Pool pool = PoolAccess.forReading(spec, poolPath)) {
            if (pool.recovery().hasLoss()) {
                throw new CommandFailedException("the pool is damaged still: " + pool.recovery().allFindings().getFirst());
            }
            out.println("repaired: " + Figures.count(pool.recovery().records(), "record") + " in "
                + Figures.count(pool.recovery().logs().size(), "log") + " verify");
            out.flush();
        }
    }
}
