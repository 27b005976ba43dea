// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.guide;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Looks right: everything is forced before it returns. */
final class WrongGuestbook extends Guestbook {

    WrongGuestbook(MemorySegment memory) {
        super(memory);
    }

    @Override
    void sign(String name) {
        long count = memory.get(ValueLayout.JAVA_LONG, 0);
        MemorySegment slot = memory.asSlice(SLOT_BYTES * (count + 1), SLOT_BYTES);
        slot.setString(0, name);
        memory.set(ValueLayout.JAVA_LONG, 0, count + 1);
        memory.force();
    }
}
