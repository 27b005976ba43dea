// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command itself: knows its subcommands, and answers whatever went wrong in one line on standard error.
 *
 * <p>Exit status: 0 done, 1 the work failed or found damage, 2 the command line was not understood.
 */
@Command(
    name = "selkie",
    description = "Sealed, memory-mapped extents, and on them logs and key-value stores whose writes are durable when they "
        + "return.",
    mixinStandardHelpOptions = true,
    versionProvider = SelkieCommand.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
        DemoCommand.class,
        ProbeCommand.class,
        LogCommand.class,
        KvCommand.class,
        VerifyCommand.class,
        RepairCommand.class,
        ExplainCommand.class,
        CrashTestCommand.class,
        BenchCommand.class,
        EmulateCommand.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
        "  selkie demo                                  kill a writer with SIGKILL, and lose nothing",
        "  selkie probe /mnt/data                       what a path can promise, and why",
        "  selkie log append /mnt/data/pool orders f    a record for each line of f",
        "  selkie log cat /mnt/data/pool orders         the same bytes again",
        "  selkie kv put /mnt/data/pool customers k v   a key's value",
        "  selkie bench --quick                         how fast, how far from the limit, and the peers",
        "",
        "SELKIE_JAVA_OPTS adds options for the JVM; SELKIE_STACK_TRACE=1 adds the stack trace to an error."
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
        "0:done",
        "1:the work failed, or found damage",
        "2:the command line was not understood, or names what is not there"
    })
public final class SelkieCommand implements Runnable {
    /** Set to anything, it adds the stack trace to the line that says what went wrong. */
    static final String STACK_TRACE_VARIABLE = "SELKIE_STACK_TRACE";

    @Spec
    private CommandSpec spec = CommandSpec.create();
    private final Streams streams;

    SelkieCommand(Streams streams) {
        this.streams = streams;
    }

    /** Runs the command and ends the JVM with its exit status. */
    public static void main(String[] args) {
        int status;
        CommandLine command = commandLine(Streams.standard());
        try {
            status = written(command, command.execute(args));
        } catch (Error e) {
            // Picocli hands on what is no Exception; a user wants a line for these too.
            complain(command, "selkie: " + Complaint.of(e));
            trace(e, command);
            status = command.getCommandSpec().exitCodeOnExecutionException();
        }
        // A shutdown that is under way already, after Ctrl-C, has its own status.
        System.exit(status);
    }

    /** What could not be written is no success. A reader that went away, as in "| head", has had what it wanted. */
    private static int written(CommandLine command, int status) {
        command.getOut().flush();
        // Picocli's writer hides what its stream has met.
        boolean failed = command.getOut().checkError() || System.out.checkError();
        if (!failed || StandardOutput.readerIsGone() || status != 0) {
            return status;
        }
        complain(command, "selkie: standard output could not be written; free space where it goes, and run it again");
        return command.getCommandSpec().exitCodeOnExecutionException();
    }

    /** An empty path would mean the working directory, and comes of a variable that is not set. */
    private static Path path(String word) {
        if (word.isEmpty()) {
            throw new TypeConversionException("the path is empty, expected a name");
        }
        return Path.of(word);
    }

    /** The command with its subcommands and its ways to answer; ready to execute. */
    static CommandLine commandLine(Streams streams) {
        CommandLine command = new CommandLine(new SelkieCommand(streams));
        sayExitStatus(command, command.getCommandSpec().usageMessage());
        return command
            .registerConverter(Path.class, SelkieCommand::path)
            .setUsageHelpAutoWidth(true)
            .setParameterExceptionHandler((refusal, args) -> refuse(refusal))
            .setExecutionExceptionHandler((failure, failed, parsed) -> fail(failure, failed));
    }

    /** Every command's help says what its status means; most mean the same. */
    private static void sayExitStatus(CommandLine command, UsageMessageSpec common) {
        UsageMessageSpec usage = command.getCommandSpec().usageMessage();
        if (usage.exitCodeList().isEmpty()) {
            usage.exitCodeListHeading(common.exitCodeListHeading());
            usage.exitCodeList(common.exitCodeList());
        }
        command.getSubcommands().values().forEach(subcommand -> sayExitStatus(subcommand, common));
    }

    /** Where the command's bytes come from and go to. */
    Streams streams() {
        return streams;
    }

    /** Without a subcommand there is nothing to do. */
    @Override
    public void run() {
        throw missingCommand(spec);
    }

    /** What a command says that cannot do anything by itself. */
    static ParameterException missingCommand(CommandSpec spec) {
        return new ParameterException(spec.commandLine(),
            "missing command, one of " + String.join(", ", spec.subcommands().keySet()));
    }

    private static int refuse(ParameterException refusal) {
        CommandLine command = refusal.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        String line = name + ": " + what(refusal);
        boolean answered = refusal instanceof UnknownNameException || line.endsWith("?");
        complain(command, answered ? line : line + "; " + remedy(refusal, name));
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    private static String what(ParameterException refusal) {
        if (refusal instanceof UnmatchedArgumentException unmatched && !unmatched.getUnmatched().isEmpty()) {
            String word = unmatched.getUnmatched().getFirst();
            if (word.startsWith("-")) {
                return "unknown option " + word;
            }
            boolean isGroup = !refusal.getCommandLine().getSubcommands().isEmpty();
            return isGroup ? "unknown command " + word : "one argument too many: " + word;
        }
        // The names of Java's types are no help.
        return Complaint.firstLine(refusal).replaceAll("is not an? (double|float)", "is not a number")
            .replaceAll("is not an? (int|long)", "is not a whole number");
    }

    private static int fail(Exception failure, CommandLine command) {
        if (Interruption.isUnderWay()) {
            // Ctrl-C closed what the command was working on; it has been answered for.
            return command.getCommandSpec().exitCodeOnExecutionException();
        }
        complain(command, command.getCommandSpec().qualifiedName() + ": " + Complaint.of(failure));
        trace(failure, command);
        return command.getCommandSpec().exitCodeOnExecutionException();
    }

    private static void trace(Throwable failure, CommandLine command) {
        if (System.getenv(STACK_TRACE_VARIABLE) != null) {
            failure.printStackTrace(command.getErr());
        }
    }

    private static String remedy(ParameterException refusal, String name) {
        if (refusal instanceof UnmatchedArgumentException unmatched && !unmatched.getUnmatched().isEmpty()) {
            String word = unmatched.getUnmatched().getFirst();
            Optional<String> nearest = nearest(word, refusal.getCommandLine().getCommandSpec());
            if (nearest.isPresent()) {
                return "did you mean " + nearest.get() + "?";
            }
        }
        return "see " + name + " --help";
    }

    private static Optional<String> nearest(String word, CommandSpec spec) {
        boolean option = word.startsWith("-");
        Collection<String> known = option ? spec.optionsMap().keySet() : spec.subcommands().keySet();
        return Nearest.to(option ? word.split("=", 2)[0] : word, known);
    }

    private static void complain(CommandLine command, String line) {
        PrintWriter err = command.getErr();
        err.println(line);
        err.flush();
    }

    /** Reads the version from the manifest of the jar, so that it stands in one place: the pom. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = SelkieCommand.class.getPackage().getImplementationVersion();
            return new String[] {
                "selkie " + (version == null ? "(not packaged)" : version) + ", java " + Runtime.version()
            };
        }
    }
}
