// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.nio.charset.StandardCharsets;
import org.selkie.cli.kv.EntryFormatException;
import org.selkie.cli.kv.Escapes;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Keys and values that are typed as words. */
final class Words {
    private static final int LONGEST_SHOWN = 60;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();
    @Option(names = {"-e", "--escaped"}, description = "Keys and values on the command line have the escapes of TSV: "
        + "\\t \\n \\r \\\\ \\xHH.")
    private boolean escaped;

    /** The bytes of a word. */
    byte[] bytes(String word) {
        if (!escaped) {
            return word.getBytes(StandardCharsets.UTF_8);
        }
        try {
            return Escapes.read(word);
        } catch (EntryFormatException e) {
            throw new ParameterException(spec.commandLine(), "in '" + word + "': " + e.getMessage(), e);
        }
    }

    /** The bytes of a key. */
    byte[] key(String word) {
        if (word.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "a key of 0 bytes; expected 1 to 65536");
        }
        return bytes(word);
    }

    /** A key in a line for people. */
    static String shown(byte[] key) {
        String text = Escapes.of(key);
        return text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "...";
    }
}
