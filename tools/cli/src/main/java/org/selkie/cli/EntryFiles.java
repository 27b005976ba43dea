// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import org.jspecify.annotations.Nullable;
import org.selkie.cli.kv.EntryFormat;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Files of entries, by their names. */
final class EntryFiles {
    private EntryFiles() {
    }

    /** The format that was asked for, or that a file's name tells. */
    static EntryFormat format(CommandSpec spec, @Nullable EntryFormat asked, String file) {
        if (asked != null) {
            return asked;
        }
        if (file.equals(InputFile.STANDARD_INPUT)) {
            return EntryFormat.TSV;
        }
        return EntryFormat.ofFile(file).orElseThrow(() -> new ParameterException(spec.commandLine(), "the name of " + file
            + " does not tell its format (.tsv, .jsonl); give --format tsv or --format jsonl"));
    }
}
