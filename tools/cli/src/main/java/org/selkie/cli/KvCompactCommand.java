// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.selkie.Pool;
import org.selkie.kv.KvStore;
import org.selkie.kv.StoreOptions;
import org.selkie.kv.StoreStatistics;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code selkie kv compact}: give back what a store does not need. */
@Command(
    name = "compact",
    description = {
        "Move what lives out of every full extent of a store, and give those back to the pool.",
        "A store does this by itself while it is open; this does it now, and to the end."
    },
    mixinStandardHelpOptions = true,
    versionProvider = SelkieCommand.Version.class,
    footerHeading = "%nExamples:%n",
    footer = "  selkie kv compact /mnt/data/pool customers")
final class KvCompactCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();
    @Mixin
    private StorePlace place = new StorePlace();
    @Mixin
    private WritingOptions writing = new WritingOptions();

    @Override
    public Integer call() {
        try (Pool pool = place.openExisting(writing)) {
            KvStore store = pool.store(place.store(), StoreOptions.defaults().withoutBackground());
            StoreStatistics before = store.statistics();
            long started = System.nanoTime();
            try (Progress _ = Progress.show(spec.commandLine().getErr(),
                    () -> "compacting: the log takes " + Figures.bytes(store.statistics().logBytes()) + ", of which "
                        + Figures.bytes(before.liveBytes()) + " live")) {
                store.compact();
            }
            StoreStatistics after = store.statistics();
            PrintWriter out = spec.commandLine().getOut();
            out.println("the log of store " + store.name() + " takes " + Figures.bytes(after.logBytes()) + ", it took "
                + Figures.bytes(before.logBytes()) + "; " + Figures.bytes(after.liveBytes()) + " of it live, in "
                + (after.entries() == 1 ? "1 entry" : Figures.count(after.entries()) + " entries") + "; "
                + Figures.duration(System.nanoTime() - started));
            out.flush();
        }
        return spec.exitCodeOnSuccess();
    }
}
