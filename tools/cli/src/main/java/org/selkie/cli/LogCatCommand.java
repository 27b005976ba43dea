// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.selkie.Pool;
import org.selkie.fault.DamagedRecordException;
import org.selkie.fault.PositionException;
import org.selkie.fault.SelkieException;
import org.selkie.log.Log;
import org.selkie.log.LogReader;
import org.selkie.log.Visibility;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code selkie log cat}: the records' bytes, as they were appended. */
@Command(
    name = "cat",
    description = {
        "Write the records of a log to standard output, as they were appended.",
        "Works while another process writes the pool. Bytes are written as they are: between records that came without a "
            + "line feed, such as a program may append, there is none unless --lines adds it."
    },
    mixinStandardHelpOptions = true,
    versionProvider = SelkieCommand.Version.class,
    footerHeading = "%nExamples:%n",
    footer = {
        "  selkie log cat /mnt/data/pool orders | cmp - orders.txt",
        "  selkie log cat /mnt/data/pool orders --follow | grep failed",
        "  selkie log cat /mnt/data/pool orders --positions --count 10"
    })
final class LogCatCommand implements Callable<Integer> {
    private static final long FIRST_PAUSE_MILLIS = 1;
    private static final long LONGEST_PAUSE_MILLIS = 50;

    @Spec
    private CommandSpec spec = CommandSpec.create();
    @Parameters(index = "0", paramLabel = "POOL", description = "The pool's directory, or a device-dax device.")
    private Path poolPath = Path.of("");
    @Parameters(index = "1", paramLabel = "LOG", description = "The log's name.")
    private String logName = "";
    @Option(names = "--from", paramLabel = "P", description = "Begin at the record at position P.")
    private @Nullable Long from;
    @Option(names = {"-n", "--count"}, paramLabel = "N", description = "End after N records.")
    private long count = Long.MAX_VALUE;
    @Option(names = {"-f", "--follow"}, description = "Go on with what is appended from now on, until Ctrl-C.")
    private boolean follow;
    @Option(names = {"-p", "--positions"}, description = "Write each record's position and a tab before it; implies --lines.")
    private boolean positions;
    @Option(names = {"-l", "--lines"}, description = "Write a line feed behind each record that does not end with one.")
    private boolean lines;

    @Override
    public Integer call() throws IOException {
        if (count < 0) {
            throw new ParameterException(spec.commandLine(), "invalid value for option '--count': " + count
                + " records; expected 0 or more");
        }
        try (Pool pool = PoolAccess.forReading(spec, poolPath);
                RecordOutput output = new RecordOutput(Streams.of(spec), positions, lines || positions)) {
            Log log = PoolAccess.log(spec, pool, logName);
            copy(pool, log, output);
            output.flush();
        } catch (ReaderGoneException e) {
            // Whoever reads has what was wanted, as in "| head".
        }
        return spec.exitCodeOnSuccess();
    }

    private void copy(Pool pool, Log log, RecordOutput output) throws IOException {
        LogReader reader = log.reader(Visibility.VISIBLE);
        if (from != null) {
            reader.seek(RecordPosition.require(spec, log, pool.extentBytes(), from));
        }
        long left = count;
        long pauseMillis = FIRST_PAUSE_MILLIS;
        while (left > 0) {
            if (next(reader, log, output)) {
                output.write(reader);
                left--;
                pauseMillis = FIRST_PAUSE_MILLIS;
            } else if (follow) {
                output.flush();
                output.requireReader();
                pause(pauseMillis);
                pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, 2 * pauseMillis);
            } else {
                return;
            }
        }
    }

    /** What fails to verify may have been trimmed by the writer, and its extent used for something else. */
    private boolean next(LogReader reader, Log log, RecordOutput output) throws IOException {
        long position = reader.nextPosition();
        try {
            return reader.next();
        } catch (DamagedRecordException e) {
            output.flush();
            requireNotTrimmed(position, log, e);
            throw new DamagedRecordException(Complaint.of(e) + goOn(reader), e);
        } catch (PositionException e) {
            output.flush();
            requireNotTrimmed(position, log, e);
            throw e;
        }
    }

    /** Where the next record is that can be read. */
    private static String goOn(LogReader reader) {
        try {
            reader.skipDamaged();
            return reader.next() ? "; the next one is at --from " + reader.position() : "; nothing can be read behind it";
        } catch (SelkieException e) {
            // One complaint is enough.
            return "";
        }
    }

    private void requireNotTrimmed(long position, Log log, SelkieException cause) {
        try (Pool again = PoolAccess.forReading(spec, poolPath)) {
            long start = again.logs().contains(log.name()) ? again.log(log.name()).startPosition() : position;
            if (start > position) {
                throw new PositionException("log " + log.name() + " was trimmed to position " + start
                    + " while it was read at " + position + "; go on with --from " + start, cause);
            }
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
