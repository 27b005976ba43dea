// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.report;

import org.jspecify.annotations.Nullable;
import org.selkie.crashtest.model.PersistenceModel;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.StoreKind;
import org.selkie.crashtest.trace.Trace;

/**
 * How far one line of a store had come when the crash came, by the rules of flushes and fences.
 *
 * @param flush   the first flush of the line after the store, by any thread, before the crash
 * @param passing the first fence of the storing thread after the store that did not wait for it
 * @param later   the first flush of the line after the crash: it came too late
 * @param next    the next store of the same thread to another line before the crash: what may rely on it
 */
record StoreFate(Event.Store store, Event.@Nullable Flush flush,
        Event.@Nullable Fence passing, Event.@Nullable Flush later, Event.@Nullable Store next) {

    /** Of what lies in a line, or what else persists together. */
    static StoreFate of(Trace trace, PersistenceModel model, Event.Store store, Place line, int crashEvent) {
        Event.Flush flush = null;
        Event.Fence fence = null;
        Event.Fence passing = null;
        Event.Flush later = null;
        Event.Store next = null;
        boolean past = store.kind() == StoreKind.NON_TEMPORAL;
        for (Event event : trace.events().subList(store.number() + 1, trace.events().size())) {
            boolean before = event.number() < crashEvent;
            if (event instanceof Event.Flush found && line.isWrittenBackBy(found, model)) {
                if (before && flush == null) {
                    flush = found;
                } else if (!before && later == null) {
                    later = found;
                }
            } else if (event instanceof Event.Fence found && before && model.needsFence()) {
                boolean completes = past ? found.thread() == store.thread()
                        : flush != null && found.thread() == flush.thread();
                if (completes && fence == null) {
                    fence = found;
                } else if (fence == null && passing == null && found.thread() == store.thread()) {
                    passing = found;
                }
            } else if (before && next == null && event instanceof Event.Store found && found.thread() == store.thread()
                    && !line.touches(found.region().name(), found.offsetBytes(), found.lengthBytes())) {
                next = found;
            }
        }
        return new StoreFate(store, flush, passing, later, next);
    }

    /** What to do where a store needs a flush and a fence. */
    String remedy() {
        if (store.kind() == StoreKind.NON_TEMPORAL) {
            return "fence after it, before anything relies on it";
        }
        String range = store.region().name() + "[" + store.offsetBytes() + ", +" + store.lengthBytes() + "]";
        if (flush != null && (next == null || flush.number() < next.number())) {
            return "fence after the flush " + number(flush) + ", on the same thread, before " + (next == null
                    ? "anything relies on the store" : "the store " + number(next) + " at " + next.site());
        }
        if (passing != null && (next == null || passing.number() < next.number())) {
            return "flush " + range + " before the fence " + number(passing) + " at " + passing.site();
        }
        return "flush " + range + " and fence, before " + (next == null ? "anything relies on it"
                : "the store " + number(next) + " at " + next.site());
    }

    static String number(Event event) {
        return "#" + event.number();
    }
}
