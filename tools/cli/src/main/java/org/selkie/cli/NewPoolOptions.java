// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.fault.PoolFormatException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What every command asks that writes to a pool and makes it if it is not there. */
final class NewPoolOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();
    @Mixin
    private WritingOptions writing = new WritingOptions();
    @Option(names = "--extent-size", paramLabel = "SIZE", converter = ByteSize.class,
        description = "The length of each extent of a pool that is made, a power of two from 64K to 2G; 64M if not given. "
            + "A record must fit into an extent.")
    private @Nullable Long extentBytes;

    /** Opens the pool at a path, or makes it. */
    Pool open(Path path) {
        Pool pool = PoolAccess.forWriting(spec, path, toPoolOptions());
        if (extentBytes != null && extentBytes != pool.extentBytes()) {
            spec.commandLine().getErr().println(spec.qualifiedName() + ": note: the pool has extents of "
                + Figures.bytes(pool.extentBytes()) + " already; --extent-size is for a new one");
        }
        return pool;
    }

    private PoolOptions toPoolOptions() {
        PoolOptions options = writing.toPoolOptions();
        try {
            return extentBytes == null ? options : options.withExtentBytes(extentBytes);
        } catch (PoolFormatException e) {
            throw new ParameterException(spec.commandLine(), "invalid value for option '--extent-size': "
                + e.getMessage(), e);
        }
    }
}
