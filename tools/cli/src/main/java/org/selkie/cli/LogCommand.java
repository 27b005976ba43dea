// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code selkie log}: what can be done with one log. */
@Command(
    name = "log",
    description = "Append lines to a log, read them again, and give space back.",
    mixinStandardHelpOptions = true,
    versionProvider = SelkieCommand.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
        LogAppendCommand.class,
        LogCatCommand.class,
        LogStatCommand.class,
        LogTrimCommand.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
        "  selkie log append /mnt/data/pool orders orders.txt",
        "  selkie log cat /mnt/data/pool orders --follow",
        "  selkie log stat /mnt/data/pool",
        "  selkie log trim /mnt/data/pool orders 1048576"
    })
final class LogCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw SelkieCommand.missingCommand(spec);
    }
}
