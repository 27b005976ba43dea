// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.guide;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** Names in a mapped file, each in a slot of 64 bytes, and on the first line how many there are. */
class Guestbook {

    static final long SLOT_BYTES = 64;

    final MemorySegment memory;

    Guestbook(MemorySegment memory) {
        this.memory = memory;
    }

    /** When it returns, the name is durable. */
    void sign(String name) {
        long count = memory.get(ValueLayout.JAVA_LONG, 0);
        MemorySegment slot = memory.asSlice(SLOT_BYTES * (count + 1), SLOT_BYTES);
        slot.setString(0, name);
        slot.force();                                       // the name is durable
        memory.set(ValueLayout.JAVA_LONG, 0, count + 1);    // before anything says that it is there
        memory.asSlice(0, SLOT_BYTES).force();
    }

    List<String> names() {
        List<String> names = new ArrayList<>();
        for (long i = 1; i <= memory.get(ValueLayout.JAVA_LONG, 0); i++) {
            names.add(memory.getString(SLOT_BYTES * i));
        }
        return names;
    }
}
