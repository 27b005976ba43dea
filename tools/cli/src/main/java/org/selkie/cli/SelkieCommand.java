// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command itself: knows its subcommands, and answers whatever went wrong in one line on standard error.
 *
 * <p>Exit status: 0 done, 1 the work failed or found damage, 2 the command line was not understood.
 */
@Command(
    name = "selkie",
    description = "Sealed, memory-mapped extents, and on them a log whose writes are durable when they return.",
    mixinStandardHelpOptions = true,
    versionProvider = SelkieCommand.Version.class,
    synopsisSubcommandLabel = "COMMAND")
public final class SelkieCommand implements Runnable {
    /** Set to anything, it adds the stack trace to the line that says what went wrong. */
    static final String STACK_TRACE_VARIABLE = "SELKIE_STACK_TRACE";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Runs the command and ends the JVM with its exit status. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** The command with its subcommands and its ways to answer; ready to execute. */
    static CommandLine commandLine() {
        return new CommandLine(new SelkieCommand())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setParameterExceptionHandler((refusal, args) -> refuse(refusal))
            .setExecutionExceptionHandler((failure, command, parsed) -> fail(failure, command));
    }

    /** Without a subcommand there is nothing to do. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "missing command");
    }

    private static int refuse(ParameterException refusal) {
        CommandLine command = refusal.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        complain(command, name + ": " + oneLine(refusal) + "; " + remedy(refusal, name));
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    private static int fail(Exception failure, CommandLine command) {
        complain(command, command.getCommandSpec().qualifiedName() + ": " + oneLine(failure));
        if (System.getenv(STACK_TRACE_VARIABLE) != null) {
            failure.printStackTrace(command.getErr());
        }
        return command.getCommandSpec().exitCodeOnExecutionException();
    }

    private static String remedy(ParameterException refusal, String name) {
        if (refusal instanceof UnmatchedArgumentException unmatched) {
            List<String> suggestions = unmatched.getSuggestions();
            if (!suggestions.isEmpty()) {
                return "did you mean " + suggestions.getFirst() + "?";
            }
        }
        return "see " + name + " --help";
    }

    private static String oneLine(Exception failure) {
        String message = failure.getMessage();
        if (message == null || message.isBlank()) {
            return failure.getClass().getSimpleName();
        }
        String line = message.strip().replaceAll("\\s*\\R\\s*", "; ");
        return Character.toLowerCase(line.charAt(0)) + line.substring(1);
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
