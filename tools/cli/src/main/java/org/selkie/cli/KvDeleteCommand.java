// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.selkie.Pool;
import org.selkie.kv.KvStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code selkie kv del}: take keys' values away. */
@Command(
    name = "del",
    aliases = "delete",
    description = "Delete keys, durably. The exit status is 1 if one of them had no value; the others are deleted all the same.",
    mixinStandardHelpOptions = true,
    versionProvider = SelkieCommand.Version.class,
    footerHeading = "%nExamples:%n",
    footer = {
        "  selkie kv del /mnt/data/pool customers c/17",
        "  selkie kv del /mnt/data/pool customers c/17 c/18 c/19"
    })
final class KvDeleteCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();
    @Mixin
    private StorePlace place = new StorePlace();
    @Parameters(index = "2..*", paramLabel = "KEY", arity = "1..*", description = "The keys.")
    private List<String> keys = new ArrayList<>();
    @Mixin
    private Words words = new Words();
    @Mixin
    private WritingOptions writing = new WritingOptions();

    @Override
    public Integer call() {
        List<byte[]> wanted = keys.stream().map(words::key).toList();
        List<byte[]> missing = new ArrayList<>();
        try (Pool pool = place.openExisting(writing)) {
            KvStore store = pool.store(place.store());
            for (byte[] key : wanted) {
                if (!store.delete(key)) {
                    missing.add(key);
                }
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println("deleted " + Figures.count(wanted.size() - missing.size(), "key"));
        out.flush();
        if (!missing.isEmpty()) {
            throw new CommandFailedException("store " + place.store() + " has no key " + Words.shown(missing.getFirst())
                + (missing.size() == 1 ? "" : ", nor " + Figures.count(missing.size() - 1L) + " more of those")
                + "; selkie kv scan lists those that it has");
        }
        return spec.exitCodeOnSuccess();
    }
}
