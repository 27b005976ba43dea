// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.selkie.Pool;
import org.selkie.log.Log;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code selkie log trim}: forget the beginning of a log. */
@Command(
    name = "trim",
    description = {
        "Forget the records before a position, and give back the extents that hold nothing else.",
        "The records from the position on keep theirs. It cannot be undone."
    },
    mixinStandardHelpOptions = true,
    versionProvider = SelkieCommand.Version.class,
    footerHeading = "%nExamples:%n",
    footer = {
        "  selkie log trim /mnt/data/pool orders 1048576",
        "  selkie log trim /mnt/data/pool orders end         forget all records"
    })
final class LogTrimCommand implements Callable<Integer> {
    private static final String END = "end";

    @Spec
    private CommandSpec spec = CommandSpec.create();
    @Parameters(index = "0", paramLabel = "POOL", description = "The pool's directory, or a device-dax device.")
    private Path poolPath = Path.of("");
    @Parameters(index = "1", paramLabel = "LOG", description = "The log's name.")
    private String logName = "";
    @Parameters(index = "2", paramLabel = "POSITION",
        description = "The position of the record that is to be the first one, or " + END + ".")
    private String position = END;
    @Mixin
    private WritingOptions writing = new WritingOptions();

    @Override
    public Integer call() {
        long asked = parse();
        PoolAccess.requirePool(spec, poolPath);
        try (Pool pool = Pool.open(poolPath, writing.toPoolOptions().withoutCreating())) {
            Log log = PoolAccess.log(spec, pool, logName);
            long to = asked < 0 ? log.persistedPosition() : RecordPosition.require(spec, log, pool.extentBytes(), asked);
            int extentsBefore = log.statistics().extents();
            log.trim(to);
            int returned = extentsBefore - log.statistics().extents();
            spec.commandLine().getOut().println("log " + logName + " begins at position " + log.startPosition() + " now; "
                + (returned == 0 ? "no extent was given back" : Figures.count(returned, "extent") + " of "
                    + Figures.bytes(pool.extentBytes()) + (returned == 1 ? " was" : " were") + " given back"));
            spec.commandLine().getOut().flush();
        }
        return spec.exitCodeOnSuccess();
    }

    /** The position, or -1 for the end. */
    private long parse() {
        if (position.equals(END)) {
            return -1;
        }
        if (!position.matches("\\d{1,18}")) {
            throw new ParameterException(spec.commandLine(), "'" + position + "' is no position; give a number, or " + END);
        }
        return Long.parseLong(position);
    }
}
