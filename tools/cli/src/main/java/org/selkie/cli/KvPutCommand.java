// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.selkie.Pool;
import org.selkie.kv.Entry;
import org.selkie.kv.KvStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code selkie kv put}: give a key a value. */
@Command(
    name = "put",
    description = {
        "Give a key a value, durably.",
        "Pool and store are made if they are not there. The version that is printed is greater than that of every change of "
            + "the key before."
    },
    mixinStandardHelpOptions = true,
    versionProvider = SelkieCommand.Version.class,
    footerHeading = "%nExamples:%n",
    footer = {
        "  selkie kv put /mnt/data/pool customers c/17 Ada",
        "  selkie kv put /mnt/data/pool sessions s/1 --file session.bin --ttl 30m",
        "  date | selkie kv put /mnt/data/pool times now -",
        "  selkie kv put /mnt/data/pool ids -e '\\x00\\x2a' answer"
    })
final class KvPutCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();
    @Mixin
    private StorePlace place = new StorePlace();
    @Parameters(index = "2", paramLabel = "KEY", description = "The key.")
    private String key = "";
    @Parameters(index = "3", paramLabel = "VALUE", arity = "0..1", description = "The value; - reads it from standard input.")
    private @Nullable String value;
    @Option(names = "--file", paramLabel = "FILE", description = "The value is what this file holds, byte for byte.")
    private @Nullable String file;
    @Option(names = "--ttl", paramLabel = "TIME", converter = TimeToLive.class,
        description = "How long it has the value, such as 500ms, 30s, 10m, 8h or 7d; for ever if not given.")
    private @Nullable Duration timeToLive;
    @Option(names = "--if-absent", description = "Only if it has none. If it has one, nothing is changed; exit status 1.")
    private boolean ifAbsent;
    @Mixin
    private Words words = new Words();
    @Mixin
    private NewPoolOptions newPool = new NewPoolOptions();

    @Override
    public Integer call() throws IOException {
        if (ifAbsent && timeToLive != null) {
            throw new ParameterException(spec.commandLine(), "--if-absent and --ttl cannot be given together");
        }
        byte[] keyBytes = words.key(key);
        // What cannot be read is said before a pool is made for it.
        byte[] valueBytes = value();
        try (Pool pool = newPool.open(place.poolPath())) {
            KvStore store = pool.store(place.store());
            long version = ifAbsent ? putIfAbsent(store, keyBytes, valueBytes) : put(store, keyBytes, valueBytes);
            PrintWriter out = spec.commandLine().getOut();
            out.println("version " + version + ", " + EnumWord.of(pool.durability()));
            out.flush();
        }
        return spec.exitCodeOnSuccess();
    }

    private long put(KvStore store, byte[] keyBytes, byte[] valueBytes) {
        return timeToLive == null ? store.put(keyBytes, valueBytes) : store.put(keyBytes, valueBytes, timeToLive);
    }

    private static long putIfAbsent(KvStore store, byte[] keyBytes, byte[] valueBytes) {
        if (store.putIfAbsent(keyBytes, valueBytes) != null) {
            throw new CommandFailedException("key " + Words.shown(keyBytes) + " of store " + store.name()
                + " has a value already; nothing was changed");
        }
        Entry entry = store.getEntry(keyBytes);
        return entry == null ? 0 : entry.version();
    }

    private byte[] value() throws IOException {
        if ((value == null) == (file == null)) {
            throw new ParameterException(spec.commandLine(),
                value == null ? "there is no value; give one, or - or --file" : "there are two values, VALUE and --file");
        }
        if (value != null && !value.equals(InputFile.STANDARD_INPUT)) {
            return words.bytes(value);
        }
        try (ReadableByteChannel input = InputFile.open(spec, file == null ? InputFile.STANDARD_INPUT : file)) {
            return Channels.newInputStream(input).readAllBytes();
        }
    }
}
