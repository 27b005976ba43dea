// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code selkie kv}: what can be done with one store. */
@Command(
    name = "kv",
    description = "Read and write keys and values, in bulk too, and back stores up.",
    mixinStandardHelpOptions = true,
    versionProvider = SelkieCommand.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
        KvPutCommand.class,
        KvGetCommand.class,
        KvDeleteCommand.class,
        KvScanCommand.class,
        KvLoadCommand.class,
        KvDumpCommand.class,
        KvStatCommand.class,
        KvCompactCommand.class,
        KvBackupCommand.class,
        KvRestoreCommand.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
        "  selkie kv put /mnt/data/pool customers c/17 Ada",
        "  selkie kv get /mnt/data/pool customers c/17",
        "  selkie kv load /mnt/data/pool customers customers.tsv",
        "  selkie kv scan /mnt/data/pool customers --prefix c/ --limit 10",
        "  selkie kv backup /mnt/data/pool customers /mnt/backups/customers/"
    })
final class KvCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw SelkieCommand.missingCommand(spec);
    }
}
