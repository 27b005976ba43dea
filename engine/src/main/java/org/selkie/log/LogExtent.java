// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import org.selkie.format.ExtentHeader;
import org.selkie.format.FormattedExtent;
import org.selkie.persist.Persister;

/** An extent as the log's threads need it: what does not change while it belongs to the log, in fields. */
final class LogExtent {

    final FormattedExtent formatted;
    final Persister persister;
    final long sequence;
    /** Of the position {@link #base}. */
    final long address;
    final long base;
    final long first;
    final long end;
    final int seed;

    LogExtent(FormattedExtent formatted) {
        ExtentHeader header = formatted.header();
        this.formatted = formatted;
        this.persister = formatted.persister();
        this.sequence = header.sequence();
        this.address = formatted.address();
        this.base = header.basePosition();
        this.first = header.firstPosition();
        this.end = header.endPosition();
        this.seed = header.seed();
    }

    long addressOf(long position) {
        return address + (position - base);
    }

    @Override
    public String toString() {
        return formatted.extent().report().name();
    }
}
