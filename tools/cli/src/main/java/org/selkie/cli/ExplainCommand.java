// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import org.selkie.Pool;
import org.selkie.log.Log;
import org.selkie.log.RecordImage;
import org.selkie.log.RecordImage.Verdict;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

/** {@code selkie explain}: the bytes of one record. */
@Command(
    name = "explain",
    description = {
        "Show what stands on media at a position of a log, field by field.",
        "Works on damaged records too, and says which field is wrong. Positions come from log append --acks, log stat, "
            + "log cat --positions and verify."
    },
    mixinStandardHelpOptions = true,
    versionProvider = SelkieCommand.Version.class,
    footerHeading = "%nExamples:%n",
    footer = {
        "  selkie explain /mnt/data/pool orders 4096",
        "  selkie explain /mnt/data/pool orders 4096 --all | less"
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
        "0:a record that verifies",
        "1:one that does not, or it cannot be read",
        "2:the command line was not understood, or no record begins there"
    })
final class ExplainCommand implements Callable<Integer> {
    private static final int SHOWN_BYTES = 256;

    @Spec
    private CommandSpec spec = CommandSpec.create();
    @Parameters(index = "0", paramLabel = "POOL", description = "The pool's directory, or a device-dax device.")
    private Path poolPath = Path.of("");
    @Parameters(index = "1", paramLabel = "LOG", description = "The log's name.")
    private String logName = "";
    @Parameters(index = "2", paramLabel = "POSITION", description = "The record's position in the log.")
    private long position;
    @Option(names = "--all", description = "Show the whole payload, not only its first " + SHOWN_BYTES + " bytes.")
    private boolean all;

    @Override
    public Integer call() {
        try (Pool pool = PoolAccess.forReading(spec, poolPath)) {
            Log log = PoolAccess.log(spec, pool, logName);
            RecordImage image = image(pool, log);
            PrintWriter out = spec.commandLine().getOut();
            new RecordExplanation(image, all ? Integer.MAX_VALUE : SHOWN_BYTES).lines().forEach(out::println);
            out.flush();
            return image.verdict() == Verdict.VALID ? spec.exitCodeOnSuccess() : spec.exitCodeOnExecutionException();
        }
    }

    private RecordImage image(Pool pool, Log log) {
        boolean canBegin = position >= log.startPosition() && position % RecordImage.ALIGNMENT_BYTES == 0;
        if (canBegin && position / pool.extentBytes() == log.visiblePosition() / pool.extentBytes()
                && position >= log.visiblePosition()) {
            return behindTheEnd(log);
        }
        if (canBegin && position < log.visiblePosition()) {
            RecordImage image = log.image(position);
            if (image.verdict() != Verdict.ABSENT) {
                return image;
            }
        }
        return log.image(RecordPosition.require(spec, log, pool.extentBytes(), position));
    }

    /** What a crash or a damage left behind the last record; the way to it is open, it ends in the last extent. */
    private RecordImage behindTheEnd(Log log) {
        RecordImage image = log.image(position);
        if (image.verdict() == Verdict.ABSENT && LongStream.range(0, image.bytes().byteSize())
                .allMatch(at -> image.bytes().get(JAVA_BYTE, at) == 0)) {
            throw new UnknownNameException(spec, "log " + logName + " ends at position " + log.visiblePosition()
                + "; nothing is at " + position + " yet");
        }
        return image;
    }
}
