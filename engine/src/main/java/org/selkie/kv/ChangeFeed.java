// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import org.jspecify.annotations.Nullable;
import org.selkie.format.RecordLayout;
import org.selkie.log.StoreLog;
import org.selkie.log.Visibility;

/**
 * The changes of a store in the order in which they were made, each as soon as it is durable. For one thread.
 *
 * <p>What a feed has still to read is not given back to the pool, so that it misses nothing: read on, or close it. After a
 * restart, go on with {@link KvStore#changesSince} from the position that was kept.
 *
 * <p>A change by expiry is not told: {@link Change#expiry} says it beforehand.
 */
public final class ChangeFeed implements AutoCloseable {

    private final Feeds feeds;
    private final StoreLog.Cursor cursor;
    private final String name;
    private final long from;
    private final boolean fromStart;
    private final FoundRecord found = new FoundRecord();
    private volatile long position;
    private volatile boolean closed;

    ChangeFeed(StoreLog log, Feeds feeds, long from, boolean fromStart) {
        this.feeds = feeds;
        this.name = log.log().name();
        this.cursor = log.cursor(Visibility.PERSISTED);
        this.from = from;
        this.fromStart = fromStart;
        this.position = from;
        cursor.reader().seek(from);
    }

    /** Where it goes on: behind the change that was told last. */
    public long position() {
        return position;
    }

    /**
     * The next change, or null if there is none yet; call again to follow.
     *
     * @throws org.selkie.fault.DamagedRecordException if it cannot be read; {@link #skipDamaged} goes on behind it
     */
    public @Nullable Change next() {
        while (true) {
            requireOpen();
            if (!cursor.next()) {
                position = Math.max(position, cursor.reader().nextPosition());
                return null;
            }
            long at = cursor.reader().position();
            found.takeCopied(name, cursor, at);
            Change change = isNews(at) ? Change.of(found, (cursor.flags() & RecordLayout.MORE) != 0) : null;
            position = cursor.reader().nextPosition();
            if (change != null) {
                return change;
            }
        }
    }

    /** What compaction moved was told before, where it stood first; unless that was before the feed's beginning. */
    private boolean isNews(long at) {
        long version = found.version();
        return version == at || (fromStart && version < from);
    }

    /** Goes behind a place that {@link #next} could not read. Returns the bytes skipped. */
    public long skipDamaged() {
        requireOpen();
        long skipped = cursor.reader().skipDamaged();
        position = cursor.reader().nextPosition();
        return skipped;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("this feed of store " + name + " was closed; go on with changesSince(" + position
                    + ")");
        }
    }

    @Override
    public void close() {
        closed = true;
        feeds.remove(this);
    }
}
