// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which thread owns which slot: for as long as it lives. Looking it up takes no lock and no atomic instruction. */
final class SlotOwners {

    private static final int NONE = -1;
    private static final int UNOWNED = 0;
    private static final int VISITS_BETWEEN_LOOKS = 1024;
    private static final VarHandle IDS = MethodHandles.arrayElementVarHandle(long[].class);

    /** Thread ids, which are never used twice. */
    private final long[] ids;
    private final List<@Nullable WeakReference<Thread>> threads;
    private volatile boolean full;
    /** Counted without care: it only spaces attempts. */
    private int visits;

    /** @param size a power of two */
    SlotOwners(int size) {
        ids = new long[size];
        threads = new ArrayList<>(Collections.nCopies(size, null));
    }

    int size() {
        return ids.length;
    }

    /** The slot of the calling thread, from 0 on, or -1 if it has none. */
    int of(Thread caller) {
        long id = caller.threadId();
        int home = (int) id & (ids.length - 1);
        return ids[home] == id ? home : search(caller, id, home);
    }

    private int search(Thread caller, long id, int home) {
        for (int i = 1; i < ids.length; i++) {
            int at = (home + i) & (ids.length - 1);
            if (ids[at] == id) {
                return at;
            }
        }
        // Virtual threads come and go, and would leave the slots to nobody.
        if (caller.isVirtual() || (full && ++visits % VISITS_BETWEEN_LOOKS != 0)) {
            return NONE;
        }
        return adopt(caller, id, home);
    }

    private synchronized int adopt(Thread caller, long id, int home) {
        for (int i = 0; i < ids.length; i++) {
            int at = (home + i) & (ids.length - 1);
            if (isFree(at)) {
                threads.set(at, new WeakReference<>(caller));
                IDS.setRelease(ids, at, id);
                return at;
            }
        }
        full = true;
        return NONE;
    }

    private boolean isFree(int at) {
        if (ids[at] == UNOWNED) {
            return true;
        }
        WeakReference<Thread> reference = threads.get(at);
        Thread owner = reference == null ? null : reference.get();
        return owner == null || !owner.isAlive();
    }
}
