// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.fault.PoolFormatException;
import org.selkie.fault.SelkieException;
import org.selkie.log.Log;
import org.selkie.log.RecoveryMode;
import org.selkie.persist.Durability;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Opens pools and finds logs for the commands, and says in their words what is not there. */
final class PoolAccess {
    private static final int TRIES = 4;
    private static final long BETWEEN_TRIES_MILLIS = 25;

    private PoolAccess() {
    }

    /** Opens a pool to read it, whoever writes it meanwhile. Nothing is locked, recovered or changed. */
    static Pool forReading(CommandSpec spec, Path path) {
        return forReading(spec, path, RecoveryMode.DROP_TORN_TAIL);
    }

    /** As {@link #forReading(CommandSpec, Path)}; in salvage mode stores are read with whatever is wrong with them. */
    static Pool forReading(CommandSpec spec, Path path, RecoveryMode mode) {
        requirePool(spec, path);
        // A reader promises nothing, so it asks for the least: what the writer got is the writer's to say.
        PoolOptions options = PoolOptions.defaults().withDurability(Durability.PROCESS_CRASH)
            .withRecoveryMode(mode).forReading();
        for (int attempt = 1;; attempt++) {
            try {
                return Pool.open(path, options);
            } catch (SelkieException e) {
                // A writer that makes or removes an extent just now is no failure; what lasts is one.
                if (attempt == TRIES) {
                    throw e;
                }
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(BETWEEN_TRIES_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Refuses a path where no pool lies. */
    static void requirePool(CommandSpec spec, Path path) {
        if (!Pool.exists(path)) {
            if (Files.isDirectory(path) && !(Files.isReadable(path) && Files.isExecutable(path))) {
                throw new UnknownNameException(spec, "directory " + path + " may not be read by this user; run as its owner, "
                        + "who alone may read a pool");
            }
            if (holdsExtents(path)) {
                throw new PoolFormatException(path + " holds extents, and no pool header that can be read; restore pool.selkie"
                    + " from a copy");
            }
            String what = Files.exists(path) ? ": that is another " + (Files.isDirectory(path) ? "directory" : "file") : "";
            throw new UnknownNameException(spec, "there is no pool at " + path + what);
        }
    }

    /** Opens a pool to write to it, and makes it if nothing is there. */
    static Pool forWriting(CommandSpec spec, Path path, PoolOptions options) {
        if (Files.isDirectory(path) && !isEmpty(path) && !Pool.exists(path)) {
            throw new UnknownNameException(spec, path + " is a directory with other files in it, and no pool; name one that is "
                + "not there yet, such as " + path.resolve("pool"));
        }
        return Pool.open(path, options);
    }

    private static boolean holdsExtents(Path path) {
        try (Stream<Path> files = Files.list(path)) {
            return files.anyMatch(file -> String.valueOf(file.getFileName()).matches("extent-\\d+\\.selkie"));
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isEmpty(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.findAny().isEmpty();
        } catch (IOException e) {
            // Whoever opens it says why it cannot be read.
            return true;
        }
    }

    /** Refuses what can be the name of no log, before a pool is made for it. */
    static void requireLogName(CommandSpec spec, String name) {
        try {
            Pool.requireName(name);
        } catch (PoolFormatException e) {
            throw new ParameterException(spec.commandLine(), Complaint.of(e), e);
        }
    }

    /** The log of a name in a pool, which must have it. */
    static Log log(CommandSpec spec, Pool pool, String name) {
        requireLog(spec, pool, name);
        return pool.log(name);
    }

    /** Refuses the name of a log that the pool does not have. */
    static void requireLog(CommandSpec spec, Pool pool, String name) {
        Set<String> logs = pool.logs();
        if (!logs.contains(name)) {
            throw new UnknownNameException(spec, "pool " + pool.name() + " has no log " + name
                + Nearest.to(name, logs).map(near -> "; did you mean " + near + "?")
                    .orElse(logs.isEmpty() ? "; it has none" : "; it has " + String.join(", ", logs)));
        }
    }
}
