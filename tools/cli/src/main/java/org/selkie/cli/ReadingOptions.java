// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import picocli.CommandLine.Option;

/** What every command asks that reads a store. */
final class ReadingOptions {
    @Option(names = "--salvage", description = "Read what is left of a damaged store: a key may then have an older value, or "
        + "one that was deleted.")
    private boolean salvage;

    boolean salvage() {
        return salvage;
    }
}
