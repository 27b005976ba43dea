// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.selkie.crashtest.trace.PersistentRegion;

/** Strings, each behind its length: the length is what makes one valid. */
final class Message extends Structure {

    private static final long SLOT = 4 * LINE;

    Message(Bug bug) {
        super(bug);
    }

    @Override
    int operations() {
        return 3;
    }

    @Override
    void operate(PersistentRegion region, int number) {
        long at = SLOT * (number - 1);
        byte[] text = String.valueOf((char) ('a' + number)).repeat(100).getBytes(StandardCharsets.US_ASCII);
        if (has(Bug.LENGTH_BEFORE_BYTES)) {
            region.putLong(at, text.length);
            region.persist(at, Long.BYTES);
        }
        region.put(at + Long.BYTES, text);
        region.persist(at + Long.BYTES, has(Bug.FLUSH_OF_FIRST_LINE_ONLY) ? 1 : text.length);
        region.putLong(at, text.length);
        region.persist(at, Long.BYTES);
    }

    @Override
    List<String> recover(PersistentRegion region) {
        List<String> texts = new ArrayList<>();
        for (int slot = 0; slot < operations() && region.getLong(SLOT * slot) != 0; slot++) {
            byte[] text = new byte[(int) region.getLong(SLOT * slot)];
            region.get(SLOT * slot + Long.BYTES, text);
            texts.add(new String(text, StandardCharsets.US_ASCII));
        }
        return texts;
    }
}
