// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.selkie.Pool;
import org.selkie.log.Log;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code selkie log append}: a record for each line. */
@Command(
    name = "append",
    description = {
        "Append a record for each line of a file, or of standard input.",
        "A record is the line with its line feed, and what stands behind the last line feed is a record without one: "
            + "log cat gives the same bytes again, whatever they are. Pool and log are made if they are not there. Lines go "
            + "in batches, each of them durable as a whole; from a pipe, what has come is made durable before more is "
            + "waited for."
    },
    mixinStandardHelpOptions = true,
    versionProvider = SelkieCommand.Version.class,
    footerHeading = "%nExamples:%n",
    footer = {
        "  selkie log append /mnt/data/pool orders orders.txt",
        "  journalctl -f | selkie log append /mnt/data/pool journal",
        "  selkie log append --durability process-crash /dev/shm/pool try - < orders.txt"
    })
final class LogAppendCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();
    @Parameters(index = "0", paramLabel = "POOL", description = "The pool's directory, or a device-dax device.")
    private Path poolPath = Path.of("");
    @Parameters(index = "1", paramLabel = "LOG", description = "The log's name.")
    private String logName = "";
    @Parameters(index = "2", paramLabel = "FILE", arity = "0..1", defaultValue = InputFile.STANDARD_INPUT,
        description = "What to append; standard input if it is - or not given.")
    private String file = InputFile.STANDARD_INPUT;
    @Mixin
    private NewPoolOptions newPool = new NewPoolOptions();
    @Option(names = "--acks",
        description = "Print a line after each batch, as soon as it is durable: ack RECORDS BYTES POSITION, counted from "
            + "the beginning of the input; POSITION is where the log goes on.")
    private boolean acks;

    @Override
    public Integer call() throws IOException {
        PoolAccess.requireLogName(spec, logName);
        // What cannot be read is said before a pool is made for it.
        try (ReadableByteChannel input = InputFile.open(spec, file)) {
            try (Pool pool = newPool.open(poolPath)) {
                append(pool, input);
            }
        }
        return spec.exitCodeOnSuccess();
    }

    private void append(Pool pool, ReadableByteChannel input) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        boolean fresh = !pool.logs().contains(logName);
        Log log = pool.log(logName);
        long started = System.nanoTime();
        LineAppender appender = new LineAppender(log, done -> {
            if (acks) {
                out.println("ack " + done.records() + " " + done.bytes() + " " + done.position());
                out.flush();
            }
        });
        long expectedBytes = input instanceof FileChannel channel && channel.size() > 0 ? channel.size() : -1;
        try (Interruption _ = Interruption.then(() -> stop(pool, appender, err));
                Progress _ = Progress.show(err,
                    () -> progressLine(appender.done(), expectedBytes, System.nanoTime() - started))) {
            appender.appendAll(input);
        } catch (RuntimeException | IOException e) {
            if (appender.done().records() > 0) {
                throw new PartlyAppendedException(part(appender), e);
            }
            throw e;
        }
        long nanos = System.nanoTime() - started;
        LineAppender.Done done = appender.done();
        out.println("appended " + Figures.count(done.records(), "record") + ", " + Figures.bytes(done.bytes()) + ", to "
            + (fresh ? "new log " : "log ") + logName + " in " + Figures.duration(nanos) + ", "
            + Figures.rate(done.bytes(), nanos));
        out.println("positions " + done.firstPosition() + " to " + done.position() + ", " + EnumWord.of(pool.durability()));
        out.flush();
    }

    private void stop(Pool pool, LineAppender appender, PrintWriter err) {
        String below = Terminal.isAttached(Terminal.STANDARD_ERROR) ? System.lineSeparator() : "";
        err.println(below + spec.qualifiedName() + ": interrupted; " + part(appender));
        err.flush();
        pool.close();
    }

    private String part(LineAppender appender) {
        LineAppender.Done done = appender.done();
        return "the first " + Figures.count(done.records(), "record") + " (" + done.bytes() + " bytes of the input) "
            + (done.records() == 1 ? "is" : "are") + " in log " + logName + ", which goes on at position " + done.position();
    }

    private static String progressLine(LineAppender.Done done, long expectedBytes, long nanos) {
        String rate = Figures.bytes(done.bytes()) + ", " + Figures.count(done.records(), "record") + ", "
            + Figures.rate(done.bytes(), nanos);
        return Optional.of(expectedBytes).filter(bytes -> bytes > 0)
            .map(bytes -> "appending: " + 100 * done.bytes() / bytes + "%, " + rate)
            .orElse("appending: " + rate);
    }
}
