// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import org.selkie.cli.kv.EntryFormat;

/** {@code tsv} and {@code jsonl}. */
public final class EntryFormatWord extends EnumWord<EntryFormat> {
    public EntryFormatWord() {
        super(EntryFormat.class);
    }
}
